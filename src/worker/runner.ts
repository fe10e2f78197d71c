import { setTimeout } from 'node:timers/promises';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Logger } from 'pino';
import type { Database } from '../lib/supabase/database.types.ts';
import { scrub } from '../lib/scrub.ts';
import { RefusedError } from './answer-of.ts';
import { createBatch } from './batch.ts';
import { createBell } from './bell.ts';
import type { Queue } from './queue.ts';
import { HopelessError, type Job, type Task } from './task.ts';

export type Runner = {
	/** There may be work. */
	wake(): void;
	/** Takes no more work, gives what runs some time to end, and hands the rest back. */
	stop(): Promise<void>;
};

type Options = {
	queue: Queue;
	db: SupabaseClient<Database>;
	tasks: Record<string, Task>;
	/** How many jobs at a time. */
	concurrency: number;
	leaseSeconds: number;
	log: Logger;
};

type Running = { job: Job; abort: AbortController; leaseEnds: number; ended: Promise<void> };

/** How long an idle worker waits before it looks by itself: half a second after work, then longer and longer. */
const shortestPause = 500;
const longestPause = 2500;
/** What runs when the worker is told to stop gets so long to end. */
const graceMs = 7000;

export function startRunner(options: Options): Runner {
	const { queue, tasks, concurrency, leaseSeconds, log } = options;
	const kinds = Object.keys(tasks);
	const running = new Map<number, Running>();
	const bell = createBell();
	const finish = createBatch(queue.finish);
	let stopping = false;
	/** The last claim took all that it asked for: there may be more. */
	let more = false;

	async function run({ job, abort: { signal } }: Running): Promise<void> {
		const jobLog = log.child({ job: job.id, kind: job.kind, subject: job.subjectId });
		const started = performance.now();
		const said = (event: string, extra: object = {}) =>
			jobLog.info({ event, ms: Math.round(performance.now() - started), ...extra });
		try {
			const task = tasks[job.kind];
			if (!task) throw new Error(`No task for ${job.kind}`);
			const end = () => finish(job);
			await task({ job, db: options.db, signal, log: jobLog, finish: end });
			said('job.done');
		} catch (problem) {
			if (signal.aborted || isLeaseLost(problem)) return said('job.left');
			const hopeless = problem instanceof HopelessError;
			const error = hopeless ? problem.message : scrub(describe(problem));
			said(hopeless ? 'job.hopeless' : 'job.failed', { attempt: job.attempt, error });
			// When not even this can be said, the lease runs out, and the next worker tries.
			await queue.fail(job, error, hopeless).catch((unsaid) => warn('job.fail', unsaid));
		}
	}

	function start(job: Job): void {
		const abort = new AbortController();
		const entry: Running = { job, abort, leaseEnds: nextLeaseEnd(), ended: Promise.resolve() };
		running.set(job.id, entry);
		entry.ended = run(entry).finally(() => {
			if (running.get(job.id) === entry) running.delete(job.id);
			if (more) bell.ring();
		});
	}

	async function work(): Promise<void> {
		let pause = shortestPause;
		while (!stopping) {
			const free = concurrency - running.size;
			more = free === 0;
			if (free > 0) {
				try {
					const claimed = await queue.claim(kinds, free);
					claimed.forEach(start);
					more = claimed.length === free;
					pause = claimed.length > 0 ? shortestPause : Math.min(pause * 2, longestPause);
				} catch (problem) {
					warn('queue.claim', problem);
					pause = longestPause;
				}
			}
			if (!stopping && (!more || running.size === concurrency)) await bell.wait(pause);
		}
	}

	async function beat(): Promise<void> {
		const entries = [...running.values()];
		if (entries.length === 0) return;
		const end = nextLeaseEnd();
		try {
			const held = await queue.extend(entries.map(({ job }) => job));
			for (const entry of entries) {
				if (held.has(entry.job.id)) entry.leaseEnds = end;
				else entry.abort.abort();
			}
		} catch (problem) {
			warn('queue.extend', problem);
			for (const { leaseEnds, abort } of entries) if (Date.now() > leaseEnds) abort.abort();
		}
	}

	const nextLeaseEnd = () => Date.now() + leaseSeconds * 1000;
	const warn = (event: string, problem: unknown) =>
		log.warn({ event, error: scrub(describe(problem)) });

	const heart = setInterval(beat, (leaseSeconds * 1000) / 3);
	const working = work();
	return {
		wake: bell.ring,
		async stop() {
			stopping = true;
			bell.ring();
			await working;
			const ended = new AbortController();
			await Promise.race([
				Promise.allSettled([...running.values()].map((entry) => entry.ended)),
				setTimeout(graceMs, null, { signal: ended.signal, ref: false }).catch(() => null),
			]);
			ended.abort();
			clearInterval(heart);
			const left = [...running.values()];
			if (left.length === 0) return;
			for (const { abort } of left) abort.abort();
			await queue
				.release(left.map(({ job }) => job))
				.catch((problem) => warn('queue.release', problem));
		},
	};
}

function isLeaseLost(problem: unknown): boolean {
	return problem instanceof RefusedError && problem.hint === 'lease_lost';
}

function describe(problem: unknown): string {
	if (!(problem instanceof Error)) return String(problem);
	const code = problem instanceof RefusedError && problem.code ? `${problem.code}: ` : '';
	return `${code}${problem.message || problem.name}`;
}
