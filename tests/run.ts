/**
 * Runs what is tested, from nothing and in order, and counts it:
 *   npm test                          everything
 *   node tests/run.ts unit db         parts of it: static, unit, db, removal, faults, e2e
 * A step that fails shows all it wrote. Steps that do not need it still run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { requireBrowser } from './support/browser.ts';
import { findPostgres } from './support/postgres.ts';
import { countPlaywright, countVitest, type Counts } from './support/reports.ts';

type Step = {
	name: string;
	parts: string[];
	command: string;
	/** Reads the step's report. A step without one counts as a single test. */
	count?: (report: unknown) => Counts;
	/** What the step needs from the machine, as further environment. */
	prepare?: () => NodeJS.ProcessEnv;
	/** The step that must have passed before. */
	after?: string;
};

const reports = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));
const reportOf = (name: string) => join(reports, `${name}.json`);

const vitest = (name: string, flags = ''): Step => ({
	name,
	parts: [name],
	command: `npx vitest run --project ${name} ${flags} --reporter=default --reporter=json "--outputFile.json=${reportOf(name)}"`,
	count: countVitest,
});

const STEPS: Step[] = [
	{ name: 'format', parts: ['static'], command: 'npx prettier --check .' },
	{ name: 'lint', parts: ['static'], command: 'npm run lint' },
	{ name: 'types', parts: ['static'], command: 'npm run check' },
	vitest('unit'),
	// By itself it leaves one processor idle, for what the tests start: these wait more than they start.
	vitest('db', '--maxWorkers=100%'),
	{ name: 'removal', parts: ['removal'], command: 'node tests/removal.ts --quick' },
	{ name: 'build', parts: ['faults', 'e2e'], command: 'npm run build' },
	{ ...vitest('faults'), prepare: findOrInstallBrowser, after: 'build' },
	{
		name: 'e2e',
		parts: ['e2e'],
		command: 'npx playwright test --reporter=list,json',
		prepare: () => ({
			...findOrInstallBrowser(),
			PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf('e2e'),
		}),
		count: countPlaywright,
		after: 'build',
	},
];

const parts = new Set(STEPS.flatMap((step) => step.parts));
const asked = process.argv.slice(2);
const unknown = asked.find((part) => !parts.has(part));
if (unknown !== undefined) {
	console.error(`There is no part “${unknown}”. There are: ${[...parts].join(', ')}.`);
	process.exit(2);
}
const steps = STEPS.filter(
	(step) => !asked.length || step.parts.some((part) => asked.includes(part)),
);

console.log(`To run: ${steps.map(({ name }) => name).join(', ')}.`);
const server = findPostgres();
console.log(
	server
		? `PostgreSQL ${server.version} is in ${server.folder}.`
		: 'PostgreSQL was not found: the tests named “on PostgreSQL” are skipped, all others run on PGlite.',
);

const results = new Map<string, Counts>();
for (const step of steps) results.set(step.name, await run(step));

const all = [...results.values()];
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
for (const name of all.flatMap((counts) => counts.skipped)) console.log(`skipped: ${name}`);
const failed = [...results].flatMap(([step, counts]) =>
	counts.failed.map((name) => `${step}: ${name}`),
);
for (const name of failed) console.log(`failed: ${name}`);
console.log(`${sum(all.map((counts) => counts.passed))} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function run(step: Step): Promise<Counts> {
	if (step.after && results.get(step.after)?.failed.length) {
		console.log(`${step.name}: failed, because ${step.after} failed`);
		return { passed: 0, failed: [`not run, because ${step.after} failed`], skipped: [] };
	}
	console.log(`${step.name} …`);
	const start = performance.now();
	const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;

	const { ok, output } = await execute(step, seconds);
	const counts = countsOf(step, ok);
	if (counts.failed.length) console.log(output);
	const verdict = [
		`${counts.passed} passed`,
		`${counts.failed.length} failed`,
		...(counts.skipped.length ? [`${counts.skipped.length} skipped`] : []),
	];
	console.log(
		`${step.name}: ${step.count ? verdict.join(', ') : ok ? 'passed' : 'failed'} in ${seconds()}`,
	);
	return counts;
}

function findOrInstallBrowser(): NodeJS.ProcessEnv {
	return { BROWSER_PATH: requireBrowser() };
}

/** Runs the step's command; every ten seconds the last line that it wrote says how far it is. */
async function execute(
	step: Step,
	seconds: () => string,
): Promise<{ ok: boolean; output: string }> {
	let prepared: NodeJS.ProcessEnv;
	try {
		prepared = step.prepare?.() ?? {};
	} catch (error) {
		return { ok: false, output: error instanceof Error ? error.message : String(error) };
	}
	const env = { ...process.env, ...prepared };
	const child = spawn(step.command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => (output += text));
	}
	const progress = setInterval(() => {
		const last = stripVTControlCharacters(output).trimEnd().split('\n').at(-1)?.trim();
		console.log(`  ${seconds()}  ${last?.slice(0, 100)}`);
	}, 10_000);
	const code = await new Promise((resolve) => child.on('close', resolve));
	clearInterval(progress);
	return { ok: code === 0, output };
}

/** A suite that went wrong without a failed test, or without a report, counts as one failure. */
function countsOf(step: Step, ok: boolean): Counts {
	const broken = ok ? [] : ['its command failed'];
	const single: Counts = { passed: ok ? 1 : 0, failed: broken, skipped: [] };
	if (!step.count) return single;
	try {
		const counts = step.count(JSON.parse(readFileSync(reportOf(step.name), 'utf8')));
		return { ...counts, failed: counts.failed.length ? counts.failed : single.failed };
	} catch {
		return { passed: 0, failed: ['it left no report that can be read'], skipped: [] };
	}
}
