import { redirect } from '@sveltejs/kit';
import { whereTo } from '$lib/features/registration/destination.ts';
import { forgetReset, mayReset } from '$lib/features/registration/may-reset.server.ts';
import { passwordFaults, refuseBreached } from '$lib/credentials/password-faults.server.ts';
import { resetPasswordSchema } from '$lib/features/registration/reset-password.schema.ts';
import { setPassword } from '$lib/features/registration/reset-password.service.ts';
import { parseForm } from '$lib/forms.ts';
import { countUse } from '$lib/limits.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = (event) => {
	requireLink(event);
	return { next: event.url.searchParams.get('next'), email: event.locals.person?.email };
};

export const actions: Actions = {
	default: async (event) => {
		requireLink(event);
		const form = await parseForm(event, resetPasswordSchema);
		if ('failure' in form) return form.failure;
		let endedElsewhere;
		try {
			await countUse(event, 'link');
			await refuseBreached(event, form.data.password);
			endedElsewhere = await setPassword(event.locals.supabase, form.data.password);
		} catch (problem) {
			return form.refuse(problem, passwordFaults);
		}
		forgetReset(event);
		event.locals.log.info({ event: 'password.reset', endedElsewhere });
		sayOnce(
			event,
			endedElsewhere ? 'success' : 'error',
			endedElsewhere
				? 'Your password is changed, and you are logged out everywhere else.'
				: 'Your password is changed, but other browsers may still be logged in. Please log out everywhere.',
		);
		redirect(303, whereTo(form.data.next, event.url.origin));
	},
};

function requireLink(event: RequestEvent): void {
	if (mayReset(event)) return;
	sayOnce(event, 'info', 'To choose a new password, ask for a link and open it first.');
	redirect(303, '/forgot-password');
}
