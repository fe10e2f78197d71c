import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [tailwindcss(), sveltekit()],
	server: { port: 5173, strictPort: true },
	build: {
		// The list of what to load ahead for every other page would travel with the first one: 0.7 kB, and more with each
		// feature. Without it a click on a link loads a page's parts one step later.
		modulePreload: false,
		rolldownOptions: {
			output: {
				// What every page needs travels as one file: many small ones compress worse, by about 3 kB a page. The parts
				// of lists and long acts stay with the pages that have them.
				codeSplitting: {
					groups: [
						{
							name: 'frame',
							test: /node_modules.(svelte|@sveltejs|devalue|esm-env|clsx)|src.lib.components.(?!Act|Empty|Pager|Progress|Section|Table)|src.lib.live.unread|src.routes.\+/,
						},
					],
				},
			},
		},
	},
	test: {
		projects: [
			suite('unit', [
				'src/**/*.test.ts',
				'supabase/local/**/*.test.ts',
				'tests/guards/**/*.test.ts',
			]),
			suite('db', ['tests/{db,access,mutants}/**/*.test.ts']),
			suite('faults', ['tests/faults/**/*.test.ts']),
		],
	},
});

/** Whole databases start in these tests: the limits are only there for what hangs. */
function suite(name: string, include: string[]) {
	return {
		extends: true as const,
		test: { name, include, testTimeout: 600_000, hookTimeout: 600_000 },
	};
}
