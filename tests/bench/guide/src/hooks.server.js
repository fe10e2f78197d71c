/**
 * This app as the guide of Supabase for SvelteKit has it: a client a request, the session from the cookie, the user from
 * the auth server, asked by the guard and once more by the layout. The benchmark lays this folder over a copy of `src`.
 */
import { createServerClient } from '@supabase/ssr';
import { redirect } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';

const { PUBLIC_SUPABASE_URL = '', PUBLIC_SUPABASE_PUBLISHABLE_KEY = '' } = process.env;

/** @type {import('@sveltejs/kit').Handle} */
async function supabase({ event, resolve }) {
	const { cookies, locals } = event;
	locals.supabase = createServerClient(PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_PUBLISHABLE_KEY, {
		cookies: {
			getAll: () => cookies.getAll(),
			setAll: (changes) => {
				for (const { name, value, options } of changes) {
					cookies.set(name, value, { ...options, path: '/' });
				}
			},
		},
	});
	locals.safeGetSession = async () => {
		const { data } = await locals.supabase.auth.getSession();
		if (!data.session) return { session: null, user: null };
		const { data: verified, error } = await locals.supabase.auth.getUser();
		if (error) return { session: null, user: null };
		return { session: data.session, user: verified.user };
	};
	return resolve(event, {
		filterSerializedResponseHeaders: (name) =>
			name === 'content-range' || name === 'x-supabase-api-version',
	});
}

/** @type {import('@sveltejs/kit').Handle} */
async function guard({ event, resolve }) {
	const { session, user } = await event.locals.safeGetSession();
	Object.assign(event.locals, { session, user });
	if (!session && event.url.pathname.startsWith('/home')) redirect(303, '/login');
	return resolve(event);
}

/** @type {import('@sveltejs/kit').Handle} */
export const handle = sequence(supabase, guard);
