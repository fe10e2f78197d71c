import { redirect } from '@sveltejs/kit';
import { isAbout } from '$lib/credentials/credentials.schema.ts';
import { passwordFaults, refuseBreached } from '$lib/credentials/password-faults.server.ts';
import { AppError } from '$lib/errors.ts';
import { passwordSchema } from '$lib/features/account/account.schema.ts';
import { identityFaults, requireIdentity } from '$lib/features/account/account.server.ts';
import { changePassword } from '$lib/features/account/account.service.ts';
import { hasPassword } from '$lib/features/account/identity.service.ts';
import { parseForm } from '$lib/forms.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => ({
	email: requirePerson(event).email,
	asksPassword: await showOrFail(hasPassword(event.locals.supabase)),
});

export const actions: Actions = {
	default: async (event) => {
		const { name, email } = requirePerson(event);
		const form = await parseForm(event, passwordSchema);
		if ('failure' in form) return form.failure;
		const { password, current_password, end_others } = form.data;
		let alone;
		try {
			if (isAbout(password, [name, email, email.split('@')[0] ?? ''])) {
				const message = 'Please choose a password that is not your name or your email.';
				throw new AppError('weak_password', 400, message);
			}
			await refuseBreached(event, password);
			const client = await requireIdentity(event, current_password);
			alone = await changePassword(client, password, end_others);
		} catch (problem) {
			return form.refuse(problem, { ...identityFaults, ...passwordFaults });
		}
		event.locals.log.info({ event: 'password.changed', alone });
		sayOnce(
			event,
			'success',
			alone
				? 'Your password is changed, and you are logged in nowhere else.'
				: 'Your password is changed. Your other sessions go on.',
		);
		redirect(303, '/account');
	},
};
