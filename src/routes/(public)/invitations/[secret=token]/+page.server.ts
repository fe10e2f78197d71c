import { error } from '@sveltejs/kit';
import { act } from '$lib/act.server.ts';
import { chooseActive } from '$lib/features/organizations/active.server.ts';
import {
	acceptInvitation,
	findInvitation,
} from '$lib/features/organizations/invitations.service.ts';
import { buttonSchema } from '$lib/features/organizations/organizations.schema.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ locals, params, setHeaders }) => {
	// The address is a secret: no other site and no search engine hears of it.
	setHeaders({ 'x-robots-tag': 'noindex' });
	const invitation = await showOrFail(findInvitation(locals.supabase, params.secret));
	if (!invitation) error(404, 'There is no such invitation. Ask for a new link.');
	return { invitation, next: `/invitations/${params.secret}` };
};

export const actions: Actions = {
	default: act(buttonSchema, async (event: RequestEvent) => {
		requirePerson(event);
		const id = await acceptInvitation(event.locals.supabase, event.params.secret);
		chooseActive(event, id);
		return { text: 'Welcome. You are in.', to: `/organizations/${id}` };
	}),
};
