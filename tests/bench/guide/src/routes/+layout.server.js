/** @type {import('@sveltejs/kit').ServerLoad} */
export async function load({ locals }) {
	const { user } = await locals.safeGetSession();
	return {
		theme: null,
		person: user && (await findPerson(locals.supabase, user)),
		hasSession: user !== null,
		toast: null,
		workplaces: { organizations: [], active: null }, // feature: organizations
	};
}

async function findPerson(supabase, { id, email }) {
	const { data } = await supabase
		.from('users')
		.select('id, name, role, avatarHue:avatar_hue')
		.eq('id', id)
		.single();
	return { ...data, email };
}
