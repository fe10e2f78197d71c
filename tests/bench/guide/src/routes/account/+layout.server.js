/** @type {import('@sveltejs/kit').ServerLoad} */
export async function load({ locals }) {
	const { user } = await locals.safeGetSession();
	return { email: user?.email };
}
