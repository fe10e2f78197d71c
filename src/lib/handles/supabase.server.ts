import type { Handle } from '@sveltejs/kit';
import { env } from '$env/dynamic/private';
import { forwardAddress } from '../supabase/forward-address.ts';
import { createRequestClient } from '../supabase/request.server.ts';

/** The client that speaks to the backend as the person who asks; what it wants the browser told goes onto the response. */
export const supabase: Handle = async ({ event, resolve }) => {
	const told = new Headers();
	const cookies = new Map<string, string>();
	event.locals.supabase = createRequestClient({
		cookies: event.cookies,
		secure: event.url.protocol === 'https:',
		requestId: event.locals.requestId,
		fetch: forwardAddress(globalThis.fetch, event.getClientAddress, env['SUPABASE_SECRET_KEY']),
		onHeader: (name, value) => told.set(name, value),
		onCookie: (name, header) => cookies.set(name, header),
	});
	const response = await resolve(event);
	for (const [name, value] of told) response.headers.set(name, value);
	// SvelteKit adds cookies to the pages that it renders. A session that was refreshed must reach the browser on every
	// other response too: its old refresh token is spent.
	const sent = response.headers.getSetCookie();
	for (const [name, header] of cookies) {
		if (!sent.some((each) => each.startsWith(`${name}=`)))
			response.headers.append('set-cookie', header);
	}
	return response;
};
