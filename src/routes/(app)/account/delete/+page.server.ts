import { redirect } from '@sveltejs/kit';
import { deleteSchema } from '$lib/features/account/account.schema.ts';
import { identityFaults, requireIdentity } from '$lib/features/account/account.server.ts';
import { deleteAccount, listLosses } from '$lib/features/account/account.service.ts';
import { hasPassword } from '$lib/features/account/identity.service.ts';
import { parseForm } from '$lib/forms.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { clearSessionCookies } from '$lib/supabase/request.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { email } = requirePerson(event);
	const { supabase } = event.locals;
	const [asksPassword, losses] = await showOrFail(
		Promise.all([hasPassword(supabase), listLosses(supabase)]),
	);
	return { email, asksPassword, losses };
};

export const actions: Actions = {
	default: async (event) => {
		const { id } = requirePerson(event);
		const form = await parseForm(event, deleteSchema);
		if ('failure' in form) return form.failure;
		try {
			await deleteAccount(await requireIdentity(event, form.data.current_password));
		} catch (problem) {
			return form.refuse(problem, identityFaults);
		}
		clearSessionCookies(event);
		event.locals.log.info({ event: 'account.deleted', user: id });
		sayOnce(event, 'success', 'Your account is deleted, with everything that belonged to it.');
		redirect(303, '/');
	},
};
