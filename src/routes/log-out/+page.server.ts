import { redirect } from '@sveltejs/kit';
import { logOut } from '$lib/features/registration/log-out.service.ts';
import { logOutSchema } from '$lib/features/registration/log-out.schema.ts';
import { parseForm } from '$lib/forms.ts';
import { clearSessionCookies, hasSessionCookie } from '$lib/supabase/request.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ cookies }) => {
	if (!hasSessionCookie(cookies)) redirect(303, '/');
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, cookies } = event;
		const form = await parseForm(event, logOutSchema);
		if ('failure' in form) return form.failure;
		const { scope } = form.data;
		const ended = !hasSessionCookie(cookies) || (await logOut(locals.supabase, scope));
		// Whatever the auth server said: this browser was told to forget the person, and it does.
		clearSessionCookies(event);
		locals.log[ended ? 'info' : 'error']({
			event: ended ? 'log_out' : 'log_out.unfinished',
			scope,
		});
		if (ended) {
			sayOnce(
				event,
				'success',
				scope === 'global' ? 'You are logged out everywhere.' : 'You are logged out.',
			);
		} else {
			sayOnce(
				event,
				'error',
				'You are logged out in this browser. We could not reach our server to end the log-in there too: please log in and out again later.',
			);
		}
		redirect(303, '/');
	},
};
