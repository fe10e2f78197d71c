import { redirect } from '@sveltejs/kit';
import { endOthersSchema, endSessionSchema } from '$lib/features/account/account.schema.ts';
import {
	endOtherSessions,
	endSession,
	listSessions,
} from '$lib/features/account/sessions.service.ts';
import { parseForm } from '$lib/forms.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => ({
	sessions: await showOrFail(listSessions(event.locals.supabase)),
	now: new Date(),
});

export const actions: Actions = {
	end: async (event) => {
		const form = await parseForm(event, endSessionSchema);
		if ('failure' in form) return form.failure;
		let ended;
		try {
			ended = await endSession(event.locals.supabase, form.data.session);
		} catch (problem) {
			return form.refuse(problem);
		}
		event.locals.log.info({ event: 'session.ended', ended });
		if (ended) sayOnce(event, 'success', 'The session is ended: that browser is logged out.');
		else sayOnce(event, 'info', 'That session was over already.');
		redirect(303, '/account/sessions');
	},
	endOthers: async (event) => {
		const form = await parseForm(event, endOthersSchema);
		if ('failure' in form) return form.failure;
		let count;
		try {
			count = await endOtherSessions(event.locals.supabase);
		} catch (problem) {
			return form.refuse(problem);
		}
		event.locals.log.info({ event: 'session.others_ended', count });
		sayOnce(event, 'success', 'You are logged out everywhere else.');
		redirect(303, '/account/sessions');
	},
};
