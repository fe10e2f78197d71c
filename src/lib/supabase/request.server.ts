import { createServerClient } from '@supabase/ssr';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Cookies, RequestEvent } from '@sveltejs/kit';
import { cookieOptions } from '../cookie-options.ts';
import { backendAddress } from '../environment.server.ts';
import type { Database } from './database.types.ts';
import { withinBudget } from './refresh-budget.ts';
import { refreshOnce } from './refresh-once.ts';
import { decodeSession, isSessionCookie, sessionCookie } from './session-cookie.ts';

export type Client = SupabaseClient<Database>;

type Options = {
	cookies: Cookies;
	secure: boolean;
	/** Goes with every call: what the database keeps of an act leads to its lines in the log. */
	requestId: string;
	fetch: typeof globalThis.fetch;
	/** Hears what must go onto the response when cookies change: headers that keep it out of caches, and the cookies. */
	onHeader(name: string, value: string): void;
	onCookie(name: string, header: string): void;
};

/** The client of one request. It asks as the person whose session is in the cookies, or as a guest. */
export function createRequestClient({
	cookies,
	secure,
	requestId,
	fetch,
	onHeader,
	onCookie,
}: Options): Client {
	const { url, publishableKey } = backendAddress();
	return createServerClient<Database>(url, publishableKey, {
		cookieOptions: { name: sessionCookie, path: '/', httpOnly: true, sameSite: 'lax', secure },
		cookies: {
			getAll: () => decodeSession(cookies.getAll()),
			setAll: (changes, headers) => {
				for (const change of changes) {
					const options = { ...change.options, path: '/' };
					cookies.set(change.name, change.value, options);
					onCookie(change.name, cookies.serialize(change.name, change.value, options));
				}
				for (const [name, value] of Object.entries(headers)) onHeader(name, value);
			},
		},
		global: {
			headers: { 'x-request-id': requestId },
			fetch: withinBudget(refreshOnce(inTime(fetch))),
		},
	});
}

/** No answer for so long is no answer: a page that waits for ever helps nobody. */
export function inTime(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
	return (input, init) =>
		fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(15_000) });
}

export function hasSessionCookie(cookies: Cookies): boolean {
	return cookies.getAll().some(isSessionCookie);
}

export function clearSessionCookies({ cookies, url }: Pick<RequestEvent, 'cookies' | 'url'>): void {
	for (const { name } of cookies.getAll().filter(isSessionCookie)) {
		cookies.delete(name, cookieOptions(url));
	}
}
