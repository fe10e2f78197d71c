import { act } from '$lib/act.server.ts';
import { pauseKindSchema, retryJobSchema } from '$lib/features/admin/jobs.schema.ts';
import {
	countJobs,
	listJobs,
	parseJobsQuery,
	pauseKind,
	retryJob,
} from '$lib/features/admin/jobs.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseJobsQuery(url.searchParams);
	const [kinds, jobs] = await showOrFail(
		Promise.all([countJobs(locals.supabase), listJobs(locals.supabase, query)]),
	);
	return { kinds, jobs, query };
};

export const actions: Actions = {
	retry: act(retryJobSchema, async ({ locals }: RequestEvent, { job }) => {
		await retryJob(locals.supabase, job);
		return { text: 'The job has been sent again.' };
	}),
	pause: act(pauseKindSchema, async ({ locals }: RequestEvent, { kind, paused }) => {
		await pauseKind(locals.supabase, kind, paused);
		return { text: paused ? `Jobs of the kind ${kind} wait.` : `Jobs of the kind ${kind} go on.` };
	}),
};
