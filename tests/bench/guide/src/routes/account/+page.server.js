/** @type {import('@sveltejs/kit').ServerLoad} */
export async function load({ locals }) {
	const { data } = await locals.supabase
		.from('users')
		.select('id, name, email, role')
		.eq('id', locals.user.id)
		.single();
	return { profile: data };
}
