import { createClient } from '@supabase/supabase-js';
import type { Cookies, RequestEvent } from '@sveltejs/kit';
import { env } from '$env/dynamic/private';
import { backendAddress } from '../environment.server.ts';
import type { Database } from './database.types.ts';
import { forwardAddress } from './forward-address.ts';
import { createRequestClient, inTime, type Client } from './request.server.ts';

/**
 * The client of the forms for guests: as `locals.supabase`, but it tells the auth server whose address a request comes
 * from. Without that, all people would share the limits of this server's address.
 */
export function createAuthClient({ cookies, locals, url, getClientAddress }: RequestEvent): Client {
	return createRequestClient({
		cookies: withoutVerifiers(cookies),
		secure: url.protocol === 'https:',
		requestId: locals.requestId,
		fetch: forwardAddress(globalThis.fetch, getClientAddress, env['SUPABASE_SECRET_KEY']),
		// Used in actions and for requests with cookies alone, whose answers SvelteKit and the headers handle look after.
		onHeader: () => undefined,
		onCookie: () => undefined,
	});
}

/** A client that has no session and keeps none in the browser: for a log-in that is to show that somebody knows a password. */
export function createForgetfulClient({ getClientAddress }: RequestEvent): Client {
	const { url, publishableKey } = backendAddress();
	return createClient<Database>(url, publishableKey, {
		auth: { persistSession: false, autoRefreshToken: false },
		global: {
			fetch: inTime(forwardAddress(globalThis.fetch, getClientAddress, env['SUPABASE_SECRET_KEY'])),
		},
	});
}

/**
 * With every mail that is asked for, the library leaves a secret here that ties the mail to this browser. Our links work
 * in any browser and do not use it, so it would only pile up.
 */
function withoutVerifiers(cookies: Cookies): Cookies {
	return {
		...cookies,
		set(name, value, options) {
			if (value === '' || !name.endsWith('-code-verifier')) cookies.set(name, value, options);
		},
	};
}
