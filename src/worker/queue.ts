import type { SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../lib/supabase/database.types.ts';
import { answerOf } from './answer-of.ts';
import type { Job } from './task.ts';

/** The queue as one worker sees it. Each call throws when it cannot be made. */
export type Queue = {
	claim(kinds: string[], count: number): Promise<Job[]>;
	/** Begins the leases anew, and answers whose jobs are still ours. */
	extend(jobs: Job[]): Promise<Set<number>>;
	finish(jobs: Job[]): Promise<void>;
	fail(job: Job, error: string, hopeless: boolean): Promise<void>;
	release(jobs: Job[]): Promise<void>;
};

export function createQueue(
	db: SupabaseClient<Database>,
	worker: string,
	leaseSeconds: number,
): Queue {
	return {
		async claim(kinds, count) {
			const rows = await answerOf(
				db.rpc('claim_jobs', { worker, kinds, count, lease_seconds: leaseSeconds }),
			);
			return rows.map(({ id, kind, subject_id: subjectId, token, attempt }) => {
				return { id, kind, subjectId, token, attempt };
			});
		},
		async extend(jobs) {
			const call = db.rpc('extend_leases', { ...held(jobs), lease_seconds: leaseSeconds });
			return new Set(await answerOf(call));
		},
		async finish(jobs) {
			await answerOf(db.rpc('finish_jobs', held(jobs)));
		},
		async fail({ id, token }, error, hopeless) {
			await answerOf(db.rpc('fail_job', { id, token, error, hopeless }));
		},
		async release(jobs) {
			await answerOf(db.rpc('release_jobs', held(jobs)));
		},
	};
}

function held(jobs: Job[]): { ids: number[]; tokens: number[] } {
	return { ids: jobs.map(({ id }) => id), tokens: jobs.map(({ token }) => token) };
}
