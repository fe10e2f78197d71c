/**
 * How fast is an import, beside COPY? On a throw-away PostgreSQL, for each number of lines in one run and by turns: COPY
 * of the file into the table, the import in the database alone, and the import through a worker as it ships; and the
 * memory that the worker takes.
 *   npm run bench:import                     10,000, 100,000 and 1,000,000 lines
 *   npm run bench:import -- 50000            other numbers
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { makeDataFolder, register, startBackend } from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { csvOf, header, lineOf } from './inventory-lines.ts';
import { watchPeak } from './memory.ts';
import { median, medianAndSpread, writeTable } from './report.ts';

const asked = process.argv.slice(2).map(Number);
const sizes = asked.length > 0 ? asked : [10_000, 100_000, 1_000_000];
/** The largest takes minutes a round. */
const roundsOf = (lines: number) => (lines >= 1_000_000 ? 1 : 3);
const chunkLines = 1000;
const mapping = JSON.stringify(Object.fromEntries(header.map((field, column) => [field, column])));

const server = await startPostgres();
if (!server) throw new Error('This needs PostgreSQL on the machine.');
const folder = makeDataFolder();
const files = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
// The database reads the file itself, as somebody else.
chmodSync(files, 0o755);
const backend = await startBackend({ data: folder.data, databaseUrl: server.url });
// One connection: the claims of the person stay in its session.
const sql = server.connect({ max: 1 });

const person = await register(backend, 'bench@example.com');
await sql`
	select set_config('request.jwt.claim.sub', user_id::text, false),
		set_config('request.jwt.claims', jsonb_build_object('sub', user_id, 'session_id', id, 'role', 'authenticated')::text, false)
	from auth.sessions where user_id = ${person.id}`;
const linux = process.platform === 'linux';
const [connection] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
const [place] = await sql<{ id: string }[]>`select public.create_organization('Bench') as id`;
const organization = place?.id ?? '';

async function writeCsv(lines: number): Promise<string> {
	const path = join(files, `${lines}.csv`);
	await pipeline(Readable.from(csvOf(lines)), createWriteStream(path));
	return path;
}

/** The file as an upload leaves it, by the function that an upload calls. */
async function store(lines: number): Promise<string> {
	const [file] = await sql<{ id: string }[]>`
		insert into public.import_files (organization_id, name) values (${organization}, ${`${lines}.csv`}) returning id`;
	const id = file?.id ?? '';
	for (let start = 0; start < lines; start += chunkLines) {
		const count = Math.min(chunkLines, lines - start);
		const chunk = Array.from({ length: count }, (_, at) => [start + at + 2, ...lineOf(start + at)]);
		await sql`select public.add_import_lines(${id}, ${start / chunkLines}, ${sql.json(chunk)})`;
	}
	await sql`select public.finish_import_file(${id}, ${header}, 'utf-8', ',', ${lines}, ${lines})`;
	return id;
}

async function schedule(file: string): Promise<string> {
	const [job] = await sql<{ id: string }[]>`
		insert into public.scheduled_jobs (organization_id, file_id, mapping)
		values (${organization}, ${file}, ${mapping}::text::jsonb) returning id`;
	return job?.id ?? '';
}

/** An empty inventory, and nothing of the last round left to be written to disk. */
async function clear(): Promise<void> {
	await sql`truncate public.inventory_items`;
	await sql`vacuum (analyze) public.inventory_items`;
	await sql`checkpoint`;
}

async function expectAll(lines: number): Promise<void> {
	const [found] = await sql<{ count: number }[]>`
		select count(*)::integer as count from public.inventory_items where organization_id = ${organization}`;
	if (found?.count !== lines) throw new Error(`${found?.count} items instead of ${lines}.`);
}

type Measured = { perSecond: number; processorSeconds: number };

/** Lines a second by the clock; and for how long the database process of our connection was at work. */
async function measure(lines: number, what: string, act: () => Promise<void>): Promise<Measured> {
	await clear();
	const worked = processorSeconds();
	const started = performance.now();
	await act();
	const seconds = (performance.now() - started) / 1000;
	const measured = { perSecond: lines / seconds, processorSeconds: processorSeconds() - worked };
	await expectAll(lines);
	console.log(
		`${lines} lines, ${what}: ${seconds.toFixed(1)} s, of them at work ${measured.processorSeconds.toFixed(1)} s`,
	);
	return measured;
}

/** Of the process that serves our connection. Other work on the machine does not add to it. */
function processorSeconds(): number {
	if (!linux) return NaN;
	return Number(readFileSync(`/proc/${connection?.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
}

async function copy(path: string): Promise<void> {
	await sql.unsafe(
		`alter table public.inventory_items alter column organization_id set default '${organization}'`,
	);
	await sql.unsafe(
		`copy public.inventory_items (${header.join(', ')}) from '${path}' with (format csv, header true, force_not_null (location, category, note))`,
	);
	await sql`alter table public.inventory_items alter column organization_id drop default`;
}

async function importAlone(file: string): Promise<void> {
	await schedule(file);
	const [job] = await sql<{ id: string; token: string }[]>`
		select id, token from public.claim_jobs('bench', array['imports.run'], 1, 3600)`;
	if (!job) throw new Error('There is no job to claim.');
	for (let more = true; more;) {
		const [step] = await sql<{ more: boolean }[]>`
			select public.import_chunk(${job.id}, ${job.token}) as more`;
		more = step?.more === true;
	}
}

/** A worker as it ships; how much more memory it has taken at its peak than when it was idle. */
async function startWorker(): Promise<{ above(): number | null; stop(): Promise<void> }> {
	const worker = fork('src/worker/main.ts', {
		env: {
			...process.env,
			DATABASE_URL: server?.url ?? '',
			PUBLIC_SUPABASE_URL: backend.url,
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.publishableKey,
			SUPABASE_SECRET_KEY: backend.secretKey,
			LOG_LEVEL: 'warn',
		},
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	await once(worker, 'message');
	// A few looks for work: then it has loaded all that it needs.
	await setTimeout(3000);
	return {
		above: watchPeak(worker.pid ?? 0),
		async stop() {
			worker.kill('SIGTERM');
			await once(worker, 'exit');
		},
	};
}

async function importThroughWorker(file: string): Promise<void> {
	const id = await schedule(file);
	for (;;) {
		await setTimeout(50);
		const [job] = await sql<{ status: string }[]>`
			select status from public.scheduled_jobs where id = ${id}`;
		if (job?.status === 'done') return;
		if (job?.status !== 'scheduled' && job?.status !== 'running')
			throw new Error(`The import is ${job?.status}.`);
	}
}

const rows: (string | number)[][] = [];
for (const lines of sizes) {
	const path = await writeCsv(lines);
	const stored = performance.now();
	const file = await store(lines);
	const storedRate = lines / ((performance.now() - stored) / 1000);
	const turns: { copied: Measured; alone: Measured; worked: Measured }[] = [];
	let above: number | null = null;
	for (let round = 0; round < roundsOf(lines); round += 1) {
		const copied = await measure(lines, 'COPY', () => copy(path));
		const alone = await measure(lines, 'the database', () => importAlone(file));
		const worker = await startWorker();
		const worked = await measure(lines, 'a worker', () => importThroughWorker(file));
		const taken = worker.above();
		above = taken === null ? null : Math.max(above ?? 0, taken);
		await worker.stop();
		turns.push({ copied, alone, worked });
	}
	const show = (figures: number[]) => Math.round(median(figures)).toLocaleString('en');
	const byClock = turns.map(({ copied, alone }) => alone.perSecond / copied.perSecond);
	const byWork = turns.map(({ copied, alone }) => copied.processorSeconds / alone.processorSeconds);
	rows.push([
		lines.toLocaleString('en'),
		show(turns.map(({ copied }) => copied.perSecond)),
		show(turns.map(({ alone }) => alone.perSecond)),
		medianAndSpread(byClock, 2),
		linux ? medianAndSpread(byWork, 2) : '–',
		show(turns.map(({ worked }) => worked.perSecond)),
		show([storedRate]),
		above === null ? '–' : above.toFixed(0),
	]);
}

await writeTable({
	name: 'bench:import',
	about:
		'An inventory of so many lines, about 90 bytes each, with skus in no order, into an empty table: by `COPY` of the file, which checks nothing but the constraints; by the import in the database alone; and through a worker as it ships, over the embedded data API. In lines a second.',
	runs: '3 by turns, and 1 of a million lines; the median. A ratio is that of each turn: the median, and in brackets the middle half',
	columns: [
		'lines',
		'COPY',
		'the import in the database',
		'of COPY, by the clock',
		'of COPY, by processor time',
		'through a worker',
		'the upload’s lines, stored',
		'worker above idle, MB',
	],
	rows,
	note: 'Both go into the same table with its indexes, constraints and triggers. An import reads its lines, checks and refuses them, and keeps its place with every thousand. Processor time is that of the database process alone, which other work on the machine does not stretch. The last column is the peak of the worker’s memory, less what it has while there is nothing to do. The lines themselves never pass through the worker.',
});

await backend.stop();
await server.stop();
folder.remove();
rmSync(files, { recursive: true, force: true });
