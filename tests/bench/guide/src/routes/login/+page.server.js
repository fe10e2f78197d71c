import { fail, redirect } from '@sveltejs/kit';

/** @type {import('@sveltejs/kit').Actions} */
export const actions = {
	default: async ({ request, locals }) => {
		const form = await request.formData();
		const { error } = await locals.supabase.auth.signInWithPassword({
			email: String(form.get('email')),
			password: String(form.get('password')),
		});
		if (error) return fail(400);
		redirect(303, '/home');
	},
};
