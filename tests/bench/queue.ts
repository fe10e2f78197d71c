/**
 * How fast is the queue? On a throw-away PostgreSQL, by turns: jobs that do nothing in the database alone, through the
 * worker as it ships, and through graphile-worker on the same server; and how soon a job is picked up.
 *   npm run bench:queue               5,000 jobs, seven rounds
 *   npm run bench:queue -- 20000      another number
 * graphile-worker is no dependency of this project: npm install --no-save graphile-worker
 */
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import pino from 'pino';
import type { Database } from '../../src/lib/supabase/database.types.ts';
import { createQueue } from '../../src/worker/queue.ts';
import { startRunner } from '../../src/worker/runner.ts';
import { listenForWork } from '../../src/worker/wake.ts';
import { makeDataFolder, startBackend } from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { medianAndSpread, quantile, writeTable } from './report.ts';

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

type Way = {
	what: string;
	/** Puts so many jobs in; over when all are done. */
	drain(count: number): Promise<void>;
	/** Whether it waits for jobs, so that one can be seen to be picked up. */
	waits: boolean;
	stop(): Promise<void>;
};

const jobs = Number(process.argv[2] ?? 5000);
const rounds = 7;
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

let calls = 0;
const ways = [
	databaseAlone(),
	await startWorker(),
	...(graphile ? [await startGraphile(graphile, server.url)] : []),
];
try {
	const perSecond = new Map(ways.map((way): [Way, number[]] => [way, []]));
	const waited = new Map(ways.map((way): [Way, number[]] => [way, []]));
	for (let round = 0; round < rounds; round += 1) {
		for (const way of ways) perSecond.get(way)?.push((jobs / (await time(way, jobs))) * 1000);
	}
	for (let round = 0; round < pickups; round += 1) {
		for (const way of ways.filter(({ waits }) => waits)) {
			waited.get(way)?.push(await time(way, 1));
			await setTimeout(Math.random() * 20);
		}
	}
	const idle = await countIdleCalls();
	await writeTable({
		name: 'bench:queue',
		about: `${jobs.toLocaleString('en')} jobs that do nothing, put in at once: by the functions of the database alone, one connection that claims and finishes ${concurrency} at a time; through the worker as it ships, over the embedded data API; and through graphile-worker, which speaks to the database itself. And how long one job waits, from before it is put in until its task is at work, when nothing else is to be done.`,
		runs: `${rounds} rounds by turns, and ${pickups} single jobs by turns; the median, and in brackets the middle half`,
		columns: ['way', 'jobs a second', 'picked up after, ms', 'p99'],
		rows: ways.map((way) => {
			const waits = waited.get(way) ?? [];
			return [
				way.what,
				medianAndSpread(perSecond.get(way) ?? [], 0),
				way.waits ? medianAndSpread(waits) : null,
				way.waits ? quantile(waits, 0.99).toFixed(1) : null,
			];
		}),
		note: `A worker with nothing to do asks ${idle.toFixed(2)} times a second.${graphile ? '' : ' graphile-worker was not installed: `npm install --no-save graphile-worker`.'}`,
	});
} finally {
	for (const way of ways) await way.stop();
	await backend.stop();
	folder.remove();
	await server.stop();
}

async function time(way: Way, count: number): Promise<number> {
	const started = performance.now();
	await way.drain(count);
	return performance.now() - started;
}

function databaseAlone(): Way {
	return {
		what: 'the database alone',
		waits: false,
		async drain(count) {
			await enqueue('bench.drained', count);
			for (;;) {
				const claimed = await sql<{ id: string; token: string }[]>`
					select id, token from public.claim_jobs('bench', array['bench.drained'], ${concurrency}, ${leaseSeconds})`;
				if (claimed.length === 0) return;
				await sql`select public.finish_jobs(
					${claimed.map(({ id }) => id)}::bigint[], ${claimed.map(({ token }) => token)}::bigint[])`;
			}
		},
		stop: async () => undefined,
	};
}

async function startWorker(): Promise<Way> {
	const db = createClient<Database>(backend.url, backend.secretKey, {
		auth: { persistSession: false },
		global: {
			fetch: (input, init) => {
				calls += 1;
				return fetch(input, init);
			},
		},
	});
	const log = pino({ level: 'warn' });
	const ran = counter();
	const runner = startRunner({
		queue: createQueue(db, 'bench', leaseSeconds),
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
	const listening = await listenForWork({ databaseUrl: server?.url }, runner.wake, log);
	return {
		what: 'the worker',
		waits: true,
		drain: (count) => ran.until(count, () => enqueue('bench.nothing', count)),
		async stop() {
			await listening.stop();
			await runner.stop();
		},
	};
}

async function startGraphile({ run, Logger }: Graphile, url: string): Promise<Way> {
	const ran = counter();
	const runner = await run({
		connectionString: url,
		concurrency,
		noHandleSignals: true,
		logger: new Logger(() => () => undefined),
		taskList: { nothing: async () => ran.hit() },
	});
	return {
		what: 'graphile-worker',
		waits: true,
		drain: (count) =>
			ran.until(
				count,
				() => sql`
					select count(graphile_worker.add_job('nothing')) from generate_series(1, ${count}::integer)`,
			),
		stop: () => runner.stop(),
	};
}

function enqueue(kind: string, count: number) {
	return sql`
		insert into private.jobs (kind, subject_id, owner_id)
		select ${kind}, gen_random_uuid(), ${owner?.id ?? ''} from generate_series(1, ${count}::integer)`;
}

/** Until a task has run so many times. */
function counter() {
	let left = 0;
	let done: () => void = () => undefined;
	return {
		hit() {
			left -= 1;
			if (left === 0) done();
		},
		async until(count: number, add: () => PromiseLike<unknown>): Promise<void> {
			left = count;
			const all = new Promise<void>((resolve) => (done = resolve));
			await Promise.all([add(), all]);
		},
	};
}

/** How often a second the worker asks when it has done nothing for a while. */
async function countIdleCalls(): Promise<number> {
	await setTimeout(8000);
	const before = calls;
	await setTimeout(20_000);
	return (calls - before) / 20;
}
