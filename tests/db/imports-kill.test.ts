/** An import whose workers are killed, again and again, at moments that nobody chose. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDifferences, makePlace, startImport, storeFile } from '../support/import-lines.ts';
import { startPostgres } from '../support/postgres.ts';
import { startTrial, type Trial } from '../support/queue-trial.ts';
import { until } from '../support/until.ts';

const kills = 100;
const lines = 20_000;
/** Short ones, so that an import has many moments to be killed at. */
const linesPerChunk = 200;
const server = await startPostgres();
afterAll(() => server?.stop());

describe.skipIf(!server)('an import of 20,000 lines, on PostgreSQL', () => {
	let trial: Trial;
	const workers = new Set<ChildProcess>();
	beforeAll(async () => {
		trial = await startTrial(server?.url);
	});
	afterAll(async () => {
		for (const worker of workers) await kill(worker);
		await trial?.stop();
	});

	/** As `npm run worker` starts one; answers when it looks for work. */
	async function startWorker(): Promise<ChildProcess> {
		const { url, publishableKey, secretKey } = trial.backend;
		const worker = fork('src/worker/main.ts', {
			env: {
				...process.env,
				DATABASE_URL: '',
				PUBLIC_SUPABASE_URL: url,
				PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
				SUPABASE_SECRET_KEY: secretKey,
			},
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		workers.add(worker);
		await once(worker, 'message');
		return worker;
	}

	async function kill(worker: ChildProcess): Promise<void> {
		workers.delete(worker);
		if (worker.exitCode !== null || worker.signalCode !== null) return;
		worker.kill('SIGKILL');
		await once(worker, 'exit');
	}

	/**
	 * The lease of the one who was killed is over. And it counts as little tried: the kills come closer together here
	 * than chunks do on a slow machine, and an import that gets no further is given up, which is right.
	 */
	const endLeases = () =>
		trial.sql(`update private.jobs set due_at = now(), attempts = 1 where worker is not null`);

	type Import = { status: string; done: number; refused: number; chunk: number };
	async function read(id: string): Promise<Import> {
		const [row] = await trial.sql<Import>(
			`select status, lines_done as done, lines_refused as refused, next_chunk as chunk
			from public.scheduled_jobs where id = $1`,
			[id],
		);
		if (!row) throw new Error('The import is gone.');
		return row;
	}

	it(`stores each line exactly once, however often the worker is killed`, async () => {
		const whose = await makePlace(trial.sql);
		const file = await storeFile(trial.sql, whose, lines, linesPerChunk);
		let killed = 0;
		let inTheMiddle = 0;
		let imports = 0;
		let next = startWorker();
		while (killed < kills) {
			const id = await startImport(trial.sql, whose, file);
			imports += 1;
			let now = await read(id);
			while (now.status !== 'done') {
				const worker = await next;
				worker.send('work');
				next = startWorker();
				if (killed < kills) {
					await setTimeout(Math.random() * 250);
					await kill(worker);
					killed += 1;
					await endLeases();
					const after = await read(id);
					if (after.status !== 'done' && after.chunk > 0) inTheMiddle += 1;
					now = after;
				} else {
					await until('the end of the import', async () => (await read(id)).status === 'done', 120);
					now = await read(id);
				}
			}
			expect(now).toMatchObject({ done: lines, refused: lines / 50 });
			expect(await findDifferences(trial.sql, whose.place, lines, imports)).toEqual([]);
			const [refusals] = await trial.sql<{ lines: number; wrong: number }>(
				`select count(*)::integer as lines, count(*) filter (where (line - 2) % 50 <> 0)::integer as wrong
				from private.import_refusals where job_id = $1`,
				[id],
			);
			expect(refusals).toEqual({ lines: lines / 50, wrong: 0 });
		}
		expect(inTheMiddle).toBeGreaterThan(0);
		console.log(
			`${killed} kills in ${imports} imports of ${lines} lines, ${inTheMiddle} of them between the first chunk and the last`,
		);
	}, 1_200_000);
});
