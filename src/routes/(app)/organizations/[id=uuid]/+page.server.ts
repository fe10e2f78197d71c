import { memberActions } from '$lib/features/organizations/acts.server.ts';
import { invite, listOpenInvitations } from '$lib/features/organizations/invitations.service.ts';
import { inviteSchema } from '$lib/features/organizations/organizations.schema.ts';
import { listMembers } from '$lib/features/organizations/organizations.service.ts';
import { requireOwn } from '$lib/features/organizations/own.server.ts';
import { parseForm } from '$lib/forms.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id } = event.params;
	const organization = requireOwn(event, id);
	const { supabase } = event.locals;
	const [members, invitations] = await showOrFail(
		Promise.all([
			listMembers(supabase, id),
			organization.role === 'owner' ? listOpenInvitations(supabase, id) : [],
		]),
	);
	return { organization, members, invitations };
};

export const actions: Actions = {
	...memberActions,
	/** Answers without a redirect: the link is shown once, on the page that comes back. */
	invite: async (event) => {
		const form = await parseForm(event, inviteSchema);
		if ('failure' in form) return form.failure;
		const { email } = form.data;
		try {
			const secret = await invite(event.locals.supabase, event.params.id, form.data);
			const link = `${event.url.origin}/invitations/${secret}`;
			return { values: {}, errors: {}, message: null, link, email };
		} catch (problem) {
			return form.refuse(problem);
		}
	},
};
