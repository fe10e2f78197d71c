import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import { startTrial, type Trial } from '../support/queue-trial.ts';
import { until } from '../support/until.ts';

const kills = 50;
const server = await startPostgres();
afterAll(() => server?.stop());

describe.skipIf(!server)(
	'four workers of which one is killed again and again, on PostgreSQL',
	() => {
		let trial: Trial;
		beforeAll(async () => {
			trial = await startTrial(server?.url);
		});
		afterAll(() => trial?.stop());

		it(`do every job exactly once, in ${kills} kills`, async () => {
			const workers: ChildProcess[] = await Promise.all(
				Array.from({ length: 4 }, () => trial.startWorker()),
			);
			let jobs = 0;
			let longestStuck = 0;
			for (let kill = 1; kill <= kills; kill += 1) {
				await trial.enqueue('trial.steps', 40);
				// A job whose workers all die is given up at the fifth; here it may be one that is met so often.
				await trial.sql('update private.jobs set max_attempts = 1000 where max_attempts < 1000');
				jobs += 40;
				for (const worker of workers) worker.send('work');
				// In the middle of whatever it does then.
				await setTimeout(Math.random() * 200);
				const [victim] = workers.splice(Math.floor(Math.random() * workers.length), 1);
				victim?.kill('SIGKILL');
				if (victim) await once(victim, 'exit');
				workers.push(await trial.startWorker());
				const [stuck] = await trial.sql<{ seconds: number }>(
					`select coalesce(max(extract(epoch from now() - due_at)), 0)::float as seconds
				from private.jobs where worker is not null`,
				);
				longestStuck = Math.max(longestStuck, stuck?.seconds ?? 0);
			}
			await until(
				'every job to be done',
				async () => Object.keys(await trial.states()).length === 0,
				120,
			);

			const [steps] = await trial.sql<{ rows: number; subjects: number }>(
				`select count(*)::integer as rows, count(distinct subject_id)::integer as subjects from public.trial_steps`,
			);
			expect(steps).toEqual({ rows: jobs * 3, subjects: jobs });
			const ends = await trial.sql<{ count: number; jobs: number }>(
				`select count, count(*)::integer as jobs from public.trial_ends group by count`,
			);
			expect(ends).toEqual([{ count: 1, jobs }]);
			console.log(
				`${kills} kills, ${jobs} jobs, each done once; the longest waited ${longestStuck.toFixed(1)} s after its lease`,
			);
		});
	},
);
