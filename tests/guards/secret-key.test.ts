import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const copy = mkdtempSync(join(tmpdir(), 'gatehouse-copy-'));

/** The app with one page, which is enough to see what the build lets through. */
beforeAll(() => {
	for (const each of ['src/lib', 'src/app.html', 'package.json', 'svelte.config.js']) {
		cpSync(each, join(copy, each), { recursive: true });
	}
	cpSync('vite.config.ts', join(copy, 'vite.config.ts'));
	mkdirSync(join(copy, 'src/routes'));
	symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('the app builds with a page that knows no secret', async () => {
	expect(await build(`<p>Hello</p>`)).toMatch(/built in/);
});

test.each([
	['a page', `import { hasSecretKey } from '$lib/supabase/secret.server.ts';`, null],
	[
		'a module that a page imports',
		`import { hasInvitations } from '$lib/shown.ts';`,
		`export { hasSecretKey as hasInvitations } from './supabase/secret.server.ts';`,
	],
])('the app does not build when %s imports what holds the secret key', async (_, script, shown) => {
	if (shown) writeFileSync(join(copy, 'src/lib/shown.ts'), shown);
	const name = /\{ (\w+) \}/.exec(script)?.[1];
	const said = await build(`<script lang="ts">${script}</script>{${name}()}`);
	expect(said).toContain(
		'Cannot import $lib/supabase/secret.server.ts into code that runs in the browser',
	);
});

async function build(page: string): Promise<string> {
	writeFileSync(join(copy, 'src/routes/+page.svelte'), page);
	const vite = resolve('node_modules/vite/bin/vite.js');
	// With TEST set, as Vitest sets it, SvelteKit lets everything into the browser.
	const env = { ...process.env, TEST: '', VITEST: '', NODE_ENV: 'production', NO_COLOR: '1' };
	const running = promisify(execFile)(process.execPath, [vite, 'build'], { cwd: copy, env });
	const { stdout, stderr } = await running.catch(
		(error: { stdout: string; stderr: string }) => error,
	);
	return stdout + stderr;
}
