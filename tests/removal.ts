/**
 * Takes each feature that can be removed out of a copy of the project, by the commands of docs/removing-a-feature.md,
 * and runs what is left:
 *   npm run test:removal                   each by itself, and all together
 *   npm run test:removal -- studio         one of them
 *   npm run test:removal -- --quick        all together, only database types, types and unit tests: what npm test runs
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const page = readFileSync('docs/removing-a-feature.md', 'utf8');
const recipes = new Map(
	[...page.matchAll(/^### (\w+)[^]*?```sh\n([^]*?)```/gm)].map(
		([, name = '', commands = '']): [string, string] => [name.toLowerCase(), commands],
	),
);
const tidy = /^## Tidy up[^]*?```sh\n([^]*?)```/m.exec(page)?.[1];
if (recipes.size === 0 || !tidy) throw new Error('The page has no commands any more.');

const inBrief = ['npm run check', 'npx vitest run --project unit'];
const inFull = [
	'npx prettier --check .',
	'npm run lint',
	...inBrief,
	'npx vitest run --project db tests/access tests/db/pgtap.test.ts',
	'npm run build',
];

const [asked] = process.argv.slice(2);
const all = [...recipes.keys()];
const rounds =
	asked === '--quick' ? [all] : asked ? [[asked]] : [...all.map((name) => [name]), all];
for (const names of rounds) {
	if (!names.every((name) => recipes.has(name))) {
		throw new Error(`There is no such recipe. There are: ${all.join(', ')}.`);
	}
	const started = performance.now();
	console.log(`without ${names.join(', ')} …`);
	removeAndRun(names, asked === '--quick' ? inBrief : inFull);
	console.log(`passed in ${Math.round((performance.now() - started) / 1000)} s`);
}

function removeAndRun(names: string[], checks: string[]): void {
	const copy = copyProject();
	try {
		for (const name of names) execute(copy, recipes.get(name) ?? '');
		// One shell, as on the page: the tidying reads what the deleting has set.
		const removed = names.flatMap((name) => /removed='(.*)'/.exec(recipes.get(name) ?? '')?.[1]);
		execute(copy, `removed='${removed.join('|')}'\n${tidy}`);
		expectNothingLeft(copy, removed.join('|'));
		for (const check of checks) execute(copy, check);
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}

/** What is committed and what is about to be, in a repository of its own. */
function copyProject(): string {
	const copy = mkdtempSync(join(tmpdir(), 'gatehouse-removal-'));
	const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
	const deleted = new Set(git('.', 'ls-files', '-z', '--deleted'));
	for (const file of git('.', ...list)) {
		if (deleted.has(file)) continue;
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		cpSync(file, join(copy, file), { dereference: true });
	}
	git(copy, 'init', '-q');
	git(copy, 'add', '-A');
	const author = ['-c', 'user.name=removal', '-c', 'user.email=removal@example.com'];
	git(copy, ...author, 'commit', '-q', '--no-verify', '-m', 'As it is');
	symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
	return copy;
}

function git(folder: string, ...words: string[]): string[] {
	const output = execFileSync('git', words, { cwd: folder, encoding: 'utf8', env: apart() });
	return output.split('\0').filter(Boolean);
}

/** The environment without what a hook of git would say about another repository. */
function apart(): NodeJS.ProcessEnv {
	return Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
	);
}

function execute(folder: string, commands: string): void {
	const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', commands], {
		cwd: folder,
		encoding: 'utf8',
		env: apart(),
		maxBuffer: 2 ** 27,
	});
	if (status === 0) return;
	throw new Error(`In the copy this did not work:\n${commands}\n${stdout}${stderr}`);
}

/** No folder of a feature, no marked line, and no migration is forgotten. */
function expectNothingLeft(copy: string, removed: string): void {
	const named = new RegExp(
		`^(src/lib/features|src/routes/[^/]+|src/worker/tasks|tests/e2e)/(${removed})\\b`,
	);
	const files = git(copy, 'ls-files', '-z').filter(
		(file) => named.test(file) || new RegExp(`migrations/\\d+_(${removed})`).test(file),
	);
	const marked = spawnSync('git', ['grep', '-nE', `feature: (${removed})`], {
		cwd: copy,
		encoding: 'utf8',
		env: apart(),
	}).stdout;
	if (files.length > 0 || marked) throw new Error(`Left behind:\n${files.join('\n')}\n${marked}`);
}
