import { redirect } from '@sveltejs/kit';
import { backendAddress } from '$lib/environment.server.ts';
import { whereTo } from '$lib/features/registration/destination.ts';
import { emailSchema, logInSchema } from '$lib/features/registration/log-in.schema.ts';
import { logIn } from '$lib/features/registration/log-in.service.ts';
import { sendCode } from '$lib/features/registration/mail.service.ts';
import { rememberMail } from '$lib/features/registration/pending-mail.server.ts';
import { listProviders } from '$lib/features/registration/providers.service.ts';
import { parseForm } from '$lib/forms.ts';
import { countUse } from '$lib/limits.server.ts';
import { createAuthClient } from '$lib/supabase/auth.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const next = url.searchParams.get('next');
	if (locals.person) redirect(303, whereTo(next, url.origin));
	return { next, providers: await listProviders(backendAddress(), fetch) };
};

export const actions: Actions = {
	password: async (event) => {
		const form = await parseForm(event, logInSchema);
		if ('failure' in form) return form.failure;
		const { email } = form.data;
		const next = whereTo(form.data.next, event.url.origin);
		let outcome;
		try {
			await countUse(event, 'log-in', email);
			outcome = await logIn(createAuthClient(event), form.data);
		} catch (problem) {
			return form.refuse(problem);
		}
		if (outcome === 'signed-in') redirect(303, next);
		rememberMail(event, { kind: 'unconfirmed', email, sentAt: 0, signedUpAt: null, next });
		redirect(303, '/check-email');
	},
	code: async (event) => {
		const form = await parseForm(event, emailSchema);
		if ('failure' in form) return form.failure;
		const { email } = form.data;
		const next = whereTo(form.data.next, event.url.origin);
		try {
			await countUse(event, 'mail', email);
			const sent = await sendCode(createAuthClient(event), email, event.url.origin + next);
			event.locals.log.info({ event: `mail.${sent}`, kind: 'log-in' });
		} catch (problem) {
			return form.refuse(problem);
		}
		rememberMail(event, { kind: 'log-in', email, sentAt: Date.now(), signedUpAt: null, next });
		redirect(303, '/check-email');
	},
};
