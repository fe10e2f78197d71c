import type { SupabaseClient } from '@supabase/supabase-js';
import type { Logger } from 'pino';
import type { Database } from '../lib/supabase/database.types.ts';

export type Job = {
	id: number;
	kind: string;
	/** The row of the feature's table that the job is about. */
	subjectId: string;
	/** Goes with every write: whoever has lost the lease in the meantime writes nothing. */
	token: number;
	attempt: number;
};

export type Work = {
	job: Job;
	/** The service role: no policy stops it. */
	db: SupabaseClient<Database>;
	/** Aborted when the job is not ours any more, or the worker stops: what is written after that is refused. */
	signal: AbortSignal;
	log: Logger;
	/** Ends a job that has no result to store. Others end in the transaction that stores it. */
	finish(): Promise<void>;
};

/**
 * What a worker does for a kind of job. It may be done twice, so twice must be as good as once. It gives the event loop
 * a turn at least every 50 ms. What it throws is tried again later.
 */
export type Task = (work: Work) => Promise<void>;

/** Trying again would not help. The message is for the person whose job it is. */
export class HopelessError extends Error {
	override name = 'HopelessError';
}
