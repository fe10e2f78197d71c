/**
 * What the app is compared with, built in copies: Kit finds its settings in the folder in which it builds. Those of the
 * bare page are written there only: lying about in the tree they would be found by the tools that check this project.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export type Other = { program: string; remove: () => void };

/** A Kit app with one page, and nothing on it. */
export function buildBare(): Other {
	return buildCopy((copy) => {
		cpSync('tests/bench/bare', copy, { recursive: true });
		const settings = {
			'svelte.config.js': `import adapter from '@sveltejs/adapter-node';
export default { kit: { adapter: adapter() } };`,
			'vite.config.js': `import { sveltekit } from '@sveltejs/kit/vite';
export default { plugins: [sveltekit()] };`,
		};
		for (const [name, text] of Object.entries(settings)) writeFileSync(join(copy, name), text);
	});
}

/** This app, its pages as they are, which asks the backend as the vendor's guide has it. */
export function buildGuide(): Other {
	return buildCopy((copy) => {
		for (const name of ['src', 'static', 'svelte.config.js', 'vite.config.ts', 'tsconfig.json']) {
			cpSync(name, join(copy, name), { recursive: true });
		}
		for (const replaced of ['src/hooks.server.ts', 'src/routes/+layout.server.ts']) {
			rmSync(join(copy, replaced));
		}
		cpSync('tests/bench/guide', copy, { recursive: true });
	});
}

function buildCopy(fill: (copy: string) => void): Other {
	const copy = mkdtempSync(join(tmpdir(), 'gatehouse-other-'));
	fill(copy);
	cpSync('package.json', join(copy, 'package.json'));
	symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
	execFileSync(process.execPath, [resolve('node_modules/vite/bin/vite.js'), 'build'], {
		cwd: copy,
		stdio: 'pipe',
	});
	return {
		program: join(copy, 'build/index.js'),
		remove: () => rmSync(copy, { recursive: true, force: true }),
	};
}
