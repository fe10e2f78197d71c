/**
 * How fast is the queue? On a throw-away PostgreSQL: jobs that do nothing, through the worker as it ships, in the
 * database alone, and through graphile-worker on the same server, in one run; and how soon a job is picked up.
 *   npm run bench:queue               5,000 jobs, three rounds
 *   npm run bench:queue -- 20000      another number
 * graphile-worker is no dependency of this project: npm install --no-save graphile-worker
 */
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import pino from 'pino';
import type { Database } from '../../src/lib/supabase/database.types.ts';
import { createQueue } from '../../src/worker/queue.ts';
import { startRunner, type Runner } from '../../src/worker/runner.ts';
import { listenForWork } from '../../src/worker/wake.ts';
import { makeDataFolder, startBackend } from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';

type Graphile = {
	run(options: {
		connectionString: string;
		concurrency: number;
		noHandleSignals: boolean;
		logger: unknown;
		taskList: Record<string, () => Promise<void>>;
	}): Promise<{ stop(): Promise<void> }>;
	Logger: new (factory: () => () => void) => unknown;
};

const jobs = Number(process.argv[2] ?? 5000);
const rounds = 3;
const pickups = 200;
const concurrency = 10;
const leaseSeconds = 15;

const server = await startPostgres();
if (!server) throw new Error('This needs PostgreSQL on the machine.');
const name = 'graphile-worker';
const graphile: Graphile | null = await import(name).catch(() => null);
const folder = makeDataFolder();
const backend = await startBackend({ data: folder.data, databaseUrl: server.url });
const sql = server.connect();
const [owner] = await sql<{ id: string }[]>`
	insert into auth.users (id, email) values (gen_random_uuid(), 'bench@example.com') returning id`;
const log = pino({ level: 'warn' });

let calls = 0;
const db = createClient<Database>(backend.url, backend.secretKey, {
	auth: { persistSession: false },
	global: {
		fetch: (input, init) => {
			calls += 1;
			return fetch(input, init);
		},
	},
});
const queue = createQueue(db, 'bench', leaseSeconds);

const enqueue = (count: number) => sql`
	insert into private.jobs (kind, subject_id, owner_id)
	select 'bench.nothing', gen_random_uuid(), ${owner?.id ?? ''} from generate_series(1, ${count}::integer)`;

/** Until the task has run so many times. */
function counter() {
	let left = 0;
	let done: () => void = () => undefined;
	return {
		hit() {
			left -= 1;
			if (left === 0) done();
		},
		wait(count: number): Promise<void> {
			left = count;
			return new Promise((resolve) => (done = resolve));
		},
	};
}

/** Jobs a second, in a round and at the median. */
async function throughput(drain: () => Promise<void>): Promise<number> {
	const figures: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const started = performance.now();
		await drain();
		figures.push((jobs / (performance.now() - started)) * 1000);
	}
	return median(figures);
}

/** How long a job waits until its task begins, in milliseconds. */
async function latency(add: () => Promise<unknown>, ran: ReturnType<typeof counter>) {
	const figures: number[] = [];
	for (let round = 0; round < pickups; round += 1) {
		const begun = ran.wait(1);
		const started = performance.now();
		await Promise.all([add(), begun.then(() => figures.push(performance.now() - started))]);
		await setTimeout(Math.random() * 20);
	}
	figures.sort((a, b) => a - b);
	return { median: median(figures), p99: figures[Math.floor(figures.length * 0.99)] ?? 0 };
}

function median(figures: number[]): number {
	return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

const rows: {
	what: string;
	'jobs/s': string;
	'picked up after, median ms': string;
	'p99 ms': string;
}[] = [];
function show(
	what: string,
	perSecond: number | null,
	waited: { median: number; p99: number } | null,
) {
	rows.push({
		what,
		'jobs/s': perSecond?.toFixed(0) ?? '–',
		'picked up after, median ms': waited?.median.toFixed(1) ?? '–',
		'p99 ms': waited?.p99.toFixed(1) ?? '–',
	});
}

async function benchDatabase() {
	const perSecond = await throughput(async () => {
		await enqueue(jobs);
		const drain = async (session: typeof sql) => {
			for (;;) {
				const claimed = await session<{ id: string; token: string }[]>`
					select id, token from public.claim_jobs('bench', array['bench.nothing'], ${concurrency}, 15)`;
				if (claimed.length === 0) return;
				await session`select public.finish_jobs(
					${claimed.map(({ id }) => id)}::bigint[], ${claimed.map(({ token }) => token)}::bigint[])`;
			}
		};
		await drain(sql);
	});
	show('the database alone', perSecond, null);
}

async function benchWorker() {
	const ran = counter();
	const start = (): Runner =>
		startRunner({
			queue,
			db,
			tasks: {
				'bench.nothing': async ({ finish }) => {
					ran.hit();
					await finish();
				},
			},
			concurrency,
			leaseSeconds,
			log,
		});
	const runner = start();
	const listening = await listenForWork({ databaseUrl: server?.url }, runner.wake, log);
	const perSecond = await throughput(async () => {
		const all = ran.wait(jobs);
		await enqueue(jobs);
		await all;
	});
	const told = await latency(() => enqueue(1), ran);
	await setTimeout(8000);
	const before = calls;
	await setTimeout(20_000);
	const idle = (calls - before) / 20;
	await listening.stop();
	await runner.stop();
	show('the worker, told of new jobs', perSecond, told);
	console.log(`An idle worker asks ${idle.toFixed(2)} times a second.`);
}

async function benchGraphile({ run, Logger }: Graphile, url: string) {
	const ran = counter();
	const runner = await run({
		connectionString: url,
		concurrency,
		noHandleSignals: true,
		logger: new Logger(() => () => undefined),
		taskList: { nothing: async () => ran.hit() },
	});
	const add = (count: number) => sql`
		select count(graphile_worker.add_job('nothing')) from generate_series(1, ${count}::integer)`;
	const perSecond = await throughput(async () => {
		const all = ran.wait(jobs);
		await add(jobs);
		await all;
	});
	show('graphile-worker', perSecond, await latency(() => add(1), ran));
	await runner.stop();
}

await benchDatabase();
await benchWorker();
if (graphile) await benchGraphile(graphile, server.url);
else console.log('graphile-worker is not installed: npm install --no-save graphile-worker');
console.log(
	`${jobs} jobs, ${rounds} rounds, ${concurrency} at a time, PostgreSQL, Node ${process.version}`,
);
console.table(rows);

await backend.stop();
folder.remove();
await server.stop();
