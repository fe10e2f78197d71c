import { redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { linkSchema } from '$lib/features/registration/confirm.schema.ts';
import { confirmLink } from '$lib/features/registration/confirm.service.ts';
import { whereTo } from '$lib/features/registration/destination.ts';
import { wasMadeEarlier } from '$lib/features/registration/earlier-sign-up.ts';
import { allowOwnPassword, allowReset } from '$lib/features/registration/may-reset.server.ts';
import { findMail, forgetMail } from '$lib/features/registration/pending-mail.server.ts';
import { parseForm } from '$lib/forms.ts';
import { countUse } from '$lib/limits.server.ts';
import { createAuthClient } from '$lib/supabase/auth.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

/** Consumes nothing: programs that look at mail open its links too. Only the button uses the link up. */
export const load: PageServerLoad = ({ url }) => {
	const { next = '', ...link } = Object.fromEntries(url.searchParams);
	const parsed = v.safeParse(linkSchema, { ...link, next });
	return { link: parsed.success ? parsed.output : null };
};

const done = {
	signup: 'Your email is confirmed. Welcome!',
	magiclink: 'You are logged in.',
	recovery: null,
	invite: null,
	email_change: 'Your new email is confirmed.',
};

export const actions: Actions = {
	default: async (event) => {
		const form = await parseForm(event, linkSchema);
		if ('failure' in form) return form.failure;
		const { type } = form.data;
		// Some backends write no page into their mails; then this browser may know it.
		const page = whereTo(form.data.next, event.url.origin);
		const pending = findMail(event);
		const next = page === '/home' ? whereTo(pending?.next, event.url.origin) : page;
		const reset = `/reset-password?${new URLSearchParams({ next })}`;
		let confirmed;
		try {
			await countUse(event, 'link');
			confirmed = await confirmLink(createAuthClient(event), form.data);
		} catch (problem) {
			return form.refuse(problem);
		}
		if (confirmed.kind === 'used') redirect(303, `/confirm/used?${new URLSearchParams({ next })}`);
		forgetMail(event);
		if (confirmed.kind === 'half') {
			sayOnce(
				event,
				'info',
				'One of the two addresses is confirmed. Now open the mail that we sent to the other one.',
			);
		} else if (type === 'recovery' || type === 'invite') {
			allowReset(event, confirmed.userId);
			redirect(303, reset);
		} else if (type === 'signup' && wasMadeEarlier(confirmed, pending?.signedUpAt ?? null)) {
			allowOwnPassword(event, confirmed.userId);
			redirect(303, reset);
		} else {
			sayOnce(event, 'success', done[type]);
		}
		redirect(303, next);
	},
};
