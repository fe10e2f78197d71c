import { AppError } from '$lib/errors.ts';
import { act } from '$lib/act.server.ts';
import { inviteSchema } from '$lib/features/admin/acts.schema.ts';
import { whyNoInvitations } from '$lib/features/admin/invitations.server.ts';
import { invite } from '$lib/features/admin/invitations.service.ts';
import { countUse } from '$lib/limits.server.ts';
import { createSecretClient } from '$lib/supabase/secret.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async () => ({ hindrance: await whyNoInvitations() });

export const actions: Actions = {
	default: act(
		inviteSchema,
		async (event: RequestEvent, { email }) => {
			const hindrance = await whyNoInvitations();
			if (hindrance) throw new AppError('no_invitations', 503, hindrance);
			await countUse(event, 'mail', email);
			await invite(event.locals.supabase, createSecretClient, email, `${event.url.origin}/home`);
			return { text: `An invitation is on its way to ${email}.`, to: '/admin/users' };
		},
		{ email_exists: 'email' },
	),
};
