import { redirect } from '@sveltejs/kit';
import { act } from '$lib/act.server.ts';
import { repairProfile, repairProfiles } from '$lib/features/admin/acts.service.ts';
import { repairAllSchema, repairOneSchema } from '$lib/features/admin/repair.schema.ts';
import { listFailures, parseFailuresQuery } from '$lib/features/admin/repair.service.ts';
import { parseUsersQuery } from '$lib/features/admin/users-query.ts';
import { listUsers } from '$lib/features/admin/users.service.ts';
import { counted } from '$lib/features/admin/words.ts';
import { parseForm } from '$lib/forms.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

const withoutProfile = parseUsersQuery(new URLSearchParams({ profile: 'no' }));

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseFailuresQuery(url.searchParams);
	const [missing, failures] = await showOrFail(
		Promise.all([listUsers(locals.supabase, withoutProfile), listFailures(locals.supabase, query)]),
	);
	return { missing, failures, query };
};

export const actions: Actions = {
	one: act(repairOneSchema, async ({ locals }: RequestEvent, { user }) => {
		const { outcome, sqlstate, message } = await repairProfile(locals.supabase, user);
		if (outcome !== 'failed') return { text: 'The profile is there now.' };
		return { kind: 'error', text: `The profile could not be made: ${sqlstate}, ${message}` };
	}),
	/** One batch a request, so that none takes long; the page sends the next. */
	all: async (event) => {
		const form = await parseForm(event, repairAllSchema);
		if ('failure' in form) return form.failure;
		let batch;
		try {
			batch = await repairProfiles(event.locals.supabase, form.data.cursor || null);
		} catch (problem) {
			return form.refuse(problem);
		}
		const repaired = form.data.repaired + batch.repaired;
		const failed = form.data.failed + batch.failed.length;
		if (batch.next) return { progress: { cursor: batch.next, repaired, failed } };
		const made = `${counted(repaired, 'profile', 'profiles')} made.`;
		if (failed === 0) sayOnce(event, 'success', made);
		else
			sayOnce(
				event,
				'error',
				`${made} ${counted(failed, 'account has', 'accounts have')} none still.`,
			);
		redirect(303, event.url.pathname);
	},
};
