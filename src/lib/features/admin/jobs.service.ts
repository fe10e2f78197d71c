import * as v from 'valibot';
import type { Client } from '../../supabase/request.server.ts';
import { answerOf } from '../../supabase/answer-of.ts';

export const jobStates = ['waiting', 'running', 'failed'] as const;

/** Which jobs to look at; it stands in the URL. What makes no sense counts as not asked. */
const question = v.object({
	state: v.fallback(v.nullable(v.picklist(jobStates)), null),
	offset: v.fallback(v.pipe(v.string(), v.digits(), v.transform(Number), v.maxValue(10_000)), 0),
});

export type JobsQuery = { state: (typeof jobStates)[number]; offset: number };

const kind = v.object({
	kind: v.string(),
	waiting: v.number(),
	running: v.number(),
	failed: v.number(),
	paused_at: v.nullable(v.string()),
});

const jobPage = v.object({
	rows: v.array(
		v.object({
			id: v.number(),
			kind: v.string(),
			subject_id: v.string(),
			owner_id: v.string(),
			owner_email: v.nullable(v.string()),
			attempts: v.number(),
			max_attempts: v.number(),
			due_at: v.string(),
			failed_at: v.nullable(v.string()),
			last_error: v.nullable(v.string()),
			created_at: v.string(),
		}),
	),
	next: v.nullable(v.number()),
});

export type JobKind = v.InferOutput<typeof kind>;
export type JobPage = v.InferOutput<typeof jobPage>;

/** What was given up comes first: it is what somebody has to look at. */
export function parseJobsQuery(params: URLSearchParams): JobsQuery {
	const { state, offset } = v.parse(question, {
		state: params.get('state'),
		offset: params.get('offset'),
	});
	return { state: state ?? 'failed', offset };
}

/** The kinds of jobs that are in the queue or stopped, with their figures. */
export async function countJobs(client: Client): Promise<JobKind[]> {
	const call = client.rpc('admin_count_jobs', {}, { get: true });
	return v.parse(v.array(kind), await answerOf(call));
}

export async function listJobs(client: Client, query: JobsQuery): Promise<JobPage> {
	const call = client.rpc('admin_list_jobs', query, { get: true });
	return v.parse(jobPage, await answerOf(call));
}

/** From its first try. */
export async function retryJob(client: Client, job: number): Promise<void> {
	await answerOf(client.rpc('admin_retry_job', { job_id: job }));
}

export async function pauseKind(client: Client, kind: string, paused: boolean): Promise<void> {
	await answerOf(client.rpc('admin_pause_kind', { kind, paused }));
}
