import { redirect } from '@sveltejs/kit';
import { backendAddress } from '$lib/environment.server.ts';
import { refuseBreached, passwordFaults } from '$lib/credentials/password-faults.server.ts';
import { whereTo } from '$lib/features/registration/destination.ts';
import { rememberMail } from '$lib/features/registration/pending-mail.server.ts';
import { listProviders } from '$lib/features/registration/providers.service.ts';
import { signUpSchema } from '$lib/features/registration/sign-up.schema.ts';
import { signUp } from '$lib/features/registration/sign-up.service.ts';
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
	default: async (event) => {
		const form = await parseForm(event, signUpSchema);
		if ('failure' in form) return form.failure;
		const { email, password, website } = form.data;
		const next = whereTo(form.data.next, event.url.origin);
		let outcome: 'confirm' | 'signed-in' = 'confirm';
		try {
			await countUse(event, 'sign-up', email);
			if (website) {
				event.locals.log.info({ event: 'sign_up.honeypot' });
			} else {
				await refuseBreached(event, password);
				outcome = await signUp(createAuthClient(event), form.data, event.url.origin + next);
			}
		} catch (problem) {
			return form.refuse(problem, passwordFaults);
		}
		if (outcome === 'signed-in') redirect(303, next);
		const now = Date.now();
		rememberMail(event, { kind: 'sign-up', email, sentAt: now, signedUpAt: now, next });
		redirect(303, '/check-email');
	},
};
