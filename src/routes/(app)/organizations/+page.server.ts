import { act } from '$lib/act.server.ts';
import { AppError } from '$lib/errors.ts';
import { chooseActive } from '$lib/features/organizations/active.server.ts';
import {
	acceptOwnInvitation,
	declineOwnInvitation,
	listOwnInvitations,
} from '$lib/features/organizations/invitations.service.ts';
import {
	activateSchema,
	invitationSchema,
	nameSchema,
} from '$lib/features/organizations/organizations.schema.ts';
import { createOrganization } from '$lib/features/organizations/organizations.service.ts';
import { listOwn } from '$lib/features/organizations/own.server.ts';
import { localPath } from '$lib/local-path.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ locals }) => ({
	invitations: await showOrFail(listOwnInvitations(locals.supabase)),
});

export const actions: Actions = {
	create: act(nameSchema, async (event: RequestEvent, { name }) => {
		const id = await createOrganization(event.locals.supabase, name);
		chooseActive(event, id);
		return { text: `“${name}” is made. Invite the others.`, to: `/organizations/${id}` };
	}),
	activate: act(activateSchema, async (event: RequestEvent, { organization, next }) => {
		const chosen = listOwn(event).find((each) => each.id === organization);
		if (!chosen) throw new AppError('no_organization', 404, 'You are not a member any more.');
		chooseActive(event, chosen.id);
		return {
			text: `You work in “${chosen.name}” now.`,
			...(next && { to: localPath(next, event.url.origin) }),
		};
	}),
	accept: act(invitationSchema, async (event: RequestEvent, { invitation }) => {
		const id = await acceptOwnInvitation(event.locals.supabase, invitation);
		chooseActive(event, id);
		return { text: 'Welcome. You are in.', to: `/organizations/${id}` };
	}),
	decline: act(invitationSchema, async ({ locals }: RequestEvent, { invitation }) => {
		const declined = await declineOwnInvitation(locals.supabase, invitation);
		return { text: declined ? 'The invitation is declined.' : 'It was over already.' };
	}),
};
