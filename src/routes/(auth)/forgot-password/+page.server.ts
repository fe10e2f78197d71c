import { redirect } from '@sveltejs/kit';
import { whereTo } from '$lib/features/registration/destination.ts';
import { emailSchema } from '$lib/features/registration/log-in.schema.ts';
import { sendReset } from '$lib/features/registration/mail.service.ts';
import { rememberMail } from '$lib/features/registration/pending-mail.server.ts';
import { parseForm } from '$lib/forms.ts';
import { countUse } from '$lib/limits.server.ts';
import { createAuthClient } from '$lib/supabase/auth.server.ts';
import type { Actions } from './$types';

export const actions: Actions = {
	default: async (event) => {
		const form = await parseForm(event, emailSchema);
		if ('failure' in form) return form.failure;
		const { email } = form.data;
		const next = whereTo(form.data.next, event.url.origin);
		try {
			await countUse(event, 'mail', email);
			const sent = await sendReset(createAuthClient(event), email, event.url.origin + next);
			event.locals.log.info({ event: `mail.${sent}`, kind: 'recovery' });
		} catch (problem) {
			return form.refuse(problem);
		}
		rememberMail(event, { kind: 'recovery', email, sentAt: Date.now(), signedUpAt: null, next });
		redirect(303, '/check-email');
	},
};
