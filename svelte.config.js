import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter(),
		// The list of all pages stays here: 2 kB less on the first page, and no more with each feature. Where a link leads
		// is asked when it is about to be clicked.
		router: { resolution: 'server' },
		// Scripts run by nonce only. Styles keep 'unsafe-inline' because Svelte sets style attributes.
		csp: {
			mode: 'nonce',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				'style-src': ['self', 'unsafe-inline'],
				'img-src': ['self', 'data:'],
				'font-src': ['self'],
				'connect-src': ['self'],
				'form-action': ['self'],
				'base-uri': ['none'],
				'object-src': ['none'],
				'frame-ancestors': ['none'],
			},
		},
		// The command-line tools, the worker, the backend's host and the tests are checked with the app.
		typescript: {
			config: (config) => ({
				...config,
				include: [
					...config.include,
					'../svelte.config.js',
					'../eslint.config.js',
					'../playwright.config.ts',
					'../supabase/**/*.ts',
					'../tests/**/*.ts',
				],
				// An app of its own, whose locals are others.
				exclude: [...config.exclude, '../tests/bench/guide'],
			}),
		},
	},
};
