import { countJobs } from '$lib/features/admin/jobs.service.ts';
import { showOverview } from '$lib/features/admin/overview.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const days = url.searchParams.get('days') === '90' ? 90 : 30;
	const [overview, kinds] = await showOrFail(
		Promise.all([showOverview(locals.supabase, days), countJobs(locals.supabase)]),
	);
	return { days, overview, kinds };
};
