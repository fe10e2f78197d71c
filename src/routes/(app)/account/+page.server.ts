import { redirect } from '@sveltejs/kit';
import { profileSchema } from '$lib/features/account/account.schema.ts';
import { updateProfile } from '$lib/features/account/account.service.ts';
import { parseForm } from '$lib/forms.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions } from './$types';

export const actions: Actions = {
	default: async (event) => {
		const { id } = requirePerson(event);
		const form = await parseForm(event, profileSchema);
		if ('failure' in form) return form.failure;
		try {
			await updateProfile(event.locals.supabase, id, form.data);
		} catch (problem) {
			return form.refuse(problem);
		}
		sayOnce(event, 'success', 'Your profile is saved.');
		redirect(303, '/account');
	},
};
