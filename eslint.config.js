import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * A folder under src/lib/features may import shared code and itself, never another feature but those named.
 *
 * @param {string[]} allowed
 */
const noOtherFeature = (...allowed) => ({
	regex: `(features/[^/]+/|^\\.\\./(?!\\.\\.${allowed.map((name) => `|${name}/`).join('')}))`,
	message: 'A feature imports shared code only. What two features need belongs in src/lib.',
});

export default ts.config(
	{
		ignores: [
			'.svelte-kit/',
			'build/',
			'.local/',
			'node_modules/',
			'src/lib/supabase/database.types.ts',
		],
	},
	js.configs.recommended,
	ts.configs.strict,
	svelte.configs.recommended,
	prettier,
	svelte.configs.prettier,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			// TypeScript knows which names exist.
			'no-undef': 'off',
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
			// A list's next page is a query on the page itself, such as "?after=…".
			'svelte/no-navigation-without-resolve': ['error', { ignoreLinks: true }],
		},
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
	},
	{
		files: ['src/lib/features/**'],
		rules: { 'no-restricted-imports': ['error', { patterns: [noOtherFeature()] }] },
	},
	{
		// They are removed together: there is no import without an organization.
		files: ['src/lib/features/imports/**'],
		rules: {
			'no-restricted-imports': ['error', { patterns: [noOtherFeature('organizations')] }],
		},
	},
	{
		files: ['src/lib/**'],
		ignores: ['src/lib/features/**'],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					patterns: [
						{ regex: 'features/|routes/', message: 'Shared code knows no feature and no route.' },
					],
				},
			],
		},
	},
);
