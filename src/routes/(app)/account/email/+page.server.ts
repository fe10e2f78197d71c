import { emailSchema } from '$lib/features/account/account.schema.ts';
import { identityFaults, requireIdentity } from '$lib/features/account/account.server.ts';
import { requestEmail } from '$lib/features/account/account.service.ts';
import { hasPassword } from '$lib/features/account/identity.service.ts';
import { AppError } from '$lib/errors.ts';
import { parseForm } from '$lib/forms.ts';
import { countUse } from '$lib/limits.server.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => ({
	email: requirePerson(event).email,
	asksPassword: await showOrFail(hasPassword(event.locals.supabase)),
});

export const actions: Actions = {
	default: async (event) => {
		const person = requirePerson(event);
		const form = await parseForm(event, emailSchema);
		if ('failure' in form) return form.failure;
		const { email, current_password } = form.data;
		try {
			if (email === person.email) {
				throw new AppError('same_email', 400, 'This is your email already.');
			}
			const client = await requireIdentity(event, current_password);
			await countUse(event, 'mail', person.email);
			await requestEmail(client, email, `${event.url.origin}/account`);
		} catch (problem) {
			return form.refuse(problem, {
				...identityFaults,
				same_email: 'email',
				email_address_invalid: 'email',
			});
		}
		event.locals.log.info({ event: 'email.change_asked' });
		return { asked: email };
	},
};
