import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProxy, type Fate } from '../support/proxy.ts';
import { startTrial, type Trial } from '../support/queue-trial.ts';
import { until } from '../support/until.ts';

let trial: Trial;
beforeAll(async () => {
	trial = await startTrial();
});
afterEach(() => trial.sql('delete from private.jobs'));
afterAll(() => trial?.stop());

const isEmpty = async () => Object.keys(await trial.states()).length === 0;
const isRunning = async () => (await trial.states())['running'] === 1;

describe('a worker', () => {
	it('hands back what it cannot end when it is told to stop, and that is not counted as a try', async () => {
		const worker = await trial.startWorker();
		await trial.enqueue('trial.endless', 1);
		await until('the job to run', isRunning);
		worker.kill('SIGTERM');
		expect(await once(worker, 'exit')).toEqual([0, null]);
		const jobs = await trial.sql(
			'select attempts, private.job_state(job) as state, due_at <= now() as due from private.jobs as job',
		);
		expect(jobs).toEqual([{ attempts: 0, state: 'waiting', due: true }]);
	});

	it('ends what runs before it stops', async () => {
		const worker = await trial.startWorker();
		await trial.enqueue('trial.steps', 500);
		await until('a job to run', async () => ((await trial.states())['running'] ?? 0) > 0);
		worker.kill('SIGTERM');
		await once(worker, 'exit');
		expect(await trial.states()).toEqual({ waiting: expect.any(Number) });
		expect(
			await trial.sql(
				`select from public.trial_steps where subject_id not in (select subject_id from public.trial_ends)`,
			),
		).toEqual([]);
	});

	it('gives up on what fails again and again, and keeps the reason for an admin alone', async () => {
		const worker = await trial.startWorker();
		await trial.enqueue('trial.broken', 1);
		await until('the job to be given up', async () => {
			await trial.sql('update private.jobs set due_at = now() where worker is null');
			worker.send('work');
			return (await trial.states())['failed'] === 1;
		});
		expect(
			await trial.sql(
				'select attempts, last_error, private.job_error(job) from private.jobs as job',
			),
		).toEqual([{ attempts: 5, last_error: 'broken', job_error: null }]);
		worker.kill('SIGTERM');
		await once(worker, 'exit');
	});

	it('lets go of a job that is cancelled', async () => {
		const worker = await trial.startWorker();
		await trial.enqueue('trial.endless', 10);
		await until('all hands to be full', async () => (await trial.states())['running'] === 10);
		await trial.sql('delete from private.jobs');
		// There is a hand free again only when the cancelled job has been left.
		await trial.enqueue('trial.steps', 1);
		await until('the next job to be done', isEmpty);
		worker.kill('SIGTERM');
		await once(worker, 'exit');
	});

	it('that slept for longer than its lease changes nothing when it wakes', async () => {
		await trial.sql('truncate public.trial_steps, public.trial_writers, public.trial_ends');
		const sleeper = await trial.startWorker();
		await trial.enqueue('trial.slow', 5);
		await until('the jobs to run', async () => (await trial.states())['running'] === 5);
		sleeper.kill('SIGSTOP');
		const other = await trial.startWorker();
		await until('the other one to take them', async () => {
			const [row] = await trial.sql<{ least: number }>(
				'select min(token)::integer as least from private.jobs',
			);
			return row?.least === 2;
		});
		// Both at it at once, each with its own token.
		sleeper.kill('SIGTERM');
		sleeper.kill('SIGCONT');
		await once(sleeper, 'exit');
		await until('the other one to do it all', isEmpty);
		expect(await trial.sql('select from public.trial_writers where token = 1')).toEqual([]);
		expect(
			await trial.sql(
				'select count, count(*)::integer as jobs from public.trial_ends group by count',
			),
		).toEqual([{ count: 1, jobs: 5 }]);
		other.kill('SIGTERM');
		await once(other, 'exit');
	});

	it('needs no more memory after 10,000 jobs than after 1,000', async () => {
		const worker = await trial.startWorker();
		const heapAfter = async (count: number) => {
			await trial.enqueue('trial.nothing', count);
			worker.send('work');
			await until('the jobs to be done', isEmpty);
			worker.send('memory');
			const [{ heap }] = await once(worker, 'message');
			return heap / 1024 / 1024;
		};
		const first = await heapAfter(1000);
		const last = await heapAfter(9000);
		console.log(`heap after 1,000 jobs ${first.toFixed(1)} MB, after 10,000 ${last.toFixed(1)} MB`);
		expect(last - first).toBeLessThan(3);
		worker.kill('SIGTERM');
		await once(worker, 'exit');
	});
});

describe('a worker whose launcher is gone', () => {
	it('ends, though nobody reads what it has to say', async () => {
		const proxy = await startProxy(trial.backend.url);
		const worker = spawn(process.execPath, ['src/worker/main.ts'], {
			env: {
				...process.env,
				DATABASE_URL: '',
				PUBLIC_SUPABASE_URL: proxy.url,
				PUBLIC_SUPABASE_PUBLISHABLE_KEY: trial.backend.publishableKey,
				SUPABASE_SECRET_KEY: trial.backend.secretKey,
			},
			stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
		});
		try {
			await once(worker, 'message');
			const fate = Promise.withResolvers<Fate>();
			proxy.decide = () => fate.promise;
			proxy.seen.length = 0;
			await until('it to ask for work', async () => proxy.seen.length > 0);
			worker.stdout?.destroy();
			worker.disconnect();
			// It hears of that while it waits for an answer: then that none comes and that it stops are said at once.
			await setTimeout(500);
			fate.resolve('cut');
			await until('the worker to end', async () => worker.exitCode !== null, 30);
			expect(worker.exitCode).toBe(0);
		} finally {
			worker.kill('SIGKILL');
			await proxy.stop();
		}
	});
});

describe('a worker that was given the wrong key does not start, and says which variable to set', () => {
	const other = () => ({
		PUBLIC_SUPABASE_URL: trial.backend.url,
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: trial.backend.publishableKey,
	});

	it('when there is none', async () => {
		expect(await startShipped({ ...other(), SUPABASE_SECRET_KEY: '' })).toEqual({
			code: 1,
			said: expect.stringMatching(/^SUPABASE_SECRET_KEY is not set\. .*$/),
		});
	});

	it('when it is the publishable one', async () => {
		const SUPABASE_SECRET_KEY = trial.backend.publishableKey;
		expect(await startShipped({ ...other(), SUPABASE_SECRET_KEY })).toEqual({
			code: 1,
			said: expect.stringMatching(
				/^SUPABASE_SECRET_KEY holds another key than the secret one\. .*$/,
			),
		});
	});

	it('when it is that of another project', async () => {
		expect(await startShipped({ ...other(), SUPABASE_SECRET_KEY: 'sb_secret_of_another' })).toEqual(
			{ code: 1, said: expect.stringMatching(/SUPABASE_SECRET_KEY/) },
		);
	});

	it('when nobody answers', async () => {
		const away = { ...other(), PUBLIC_SUPABASE_URL: 'http://127.0.0.1:9' };
		expect(await startShipped({ ...away, SUPABASE_SECRET_KEY: 'sb_secret_x' })).toEqual({
			code: 1,
			said: expect.stringMatching(/^No answer from http:\/\/127\.0\.0\.1:9\. .*$/),
		});
	});
});

/** Runs `npm run worker` until it ends, and answers what it said. */
async function startShipped(env: NodeJS.ProcessEnv) {
	const child = spawn(process.execPath, ['src/worker/main.ts'], {
		env: { ...process.env, DATABASE_URL: '', ...env },
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
	const [code] = await once(child, 'close');
	return { code, said: said.trim() };
}
