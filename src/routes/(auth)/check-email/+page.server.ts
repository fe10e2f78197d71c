import { redirect } from '@sveltejs/kit';
import { env } from '$env/dynamic/public';
import { codeSchema, resendSchema } from '$lib/features/registration/code.schema.ts';
import { confirmCode } from '$lib/features/registration/confirm.service.ts';
import { wasMadeEarlier } from '$lib/features/registration/earlier-sign-up.ts';
import { allowOwnPassword } from '$lib/features/registration/may-reset.server.ts';
import { whereTo } from '$lib/features/registration/destination.ts';
import { sendCode, sendReset } from '$lib/features/registration/mail.service.ts';
import {
	findMail,
	forgetMail,
	rememberMail,
	requirePause,
	secondsToWait,
	type PendingMail,
} from '$lib/features/registration/pending-mail.server.ts';
import { parseForm } from '$lib/forms.ts';
import { countUse } from '$lib/limits.server.ts';
import { createAuthClient } from '$lib/supabase/auth.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = (event) => {
	const mail = requireMail(event);
	const { kind, email } = mail;
	return { kind, email, wait: secondsToWait(mail), inboxUrl: env['PUBLIC_INBOX_URL'] };
};

export const actions: Actions = {
	code: async (event) => {
		const { email, next, signedUpAt } = requireMail(event);
		const form = await parseForm(event, codeSchema);
		if ('failure' in form) return form.failure;
		let confirmed;
		try {
			await countUse(event, 'code', email);
			confirmed = await confirmCode(createAuthClient(event), email, form.data.code);
		} catch (problem) {
			return form.refuse(problem, { wrong_code: 'code' });
		}
		forgetMail(event);
		const page = whereTo(next, event.url.origin);
		if (signedUpAt !== null && wasMadeEarlier(confirmed, signedUpAt)) {
			allowOwnPassword(event, confirmed.userId);
			redirect(303, `/reset-password?${new URLSearchParams({ next: page })}`);
		}
		redirect(303, page);
	},
	resend: async (event) => {
		const mail = requireMail(event);
		const form = await parseForm(event, resendSchema);
		if ('failure' in form) return form.failure;
		const send = mail.kind === 'recovery' ? sendReset : sendCode;
		try {
			requirePause(event, mail);
			await countUse(event, 'mail', mail.email);
			const sent = await send(
				createAuthClient(event),
				mail.email,
				event.url.origin + whereTo(mail.next, event.url.origin),
			);
			event.locals.log.info({ event: `mail.${sent}`, kind: mail.kind });
		} catch (problem) {
			return form.refuse(problem);
		}
		rememberMail(event, { ...mail, sentAt: Date.now() });
		sayOnce(event, 'success', 'We have written again. The newest mail is the one that counts.');
		redirect(303, '/check-email');
	},
};

function requireMail(event: RequestEvent): PendingMail {
	return findMail(event) ?? redirect(303, '/log-in');
}
