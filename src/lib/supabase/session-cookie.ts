import * as v from 'valibot';

export const sessionCookie = 'session';

type Cookie = { name: string; value: string };

/** As much of a session as the library relies on. */
const session = v.object({
	access_token: v.pipe(v.string(), v.regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)),
	refresh_token: v.pipe(v.string(), v.regex(/^[!#-[\]-~]+$/)),
	expires_at: v.pipe(v.number(), v.safeInteger()),
	user: v.optional(v.looseObject({})),
});

/** Long sessions are spread over several cookies: session, or session.0, session.1, … */
export function isSessionCookie({ name }: Cookie): boolean {
	return name === sessionCookie || name.startsWith(`${sessionCookie}.`);
}

/**
 * The cookies as the library is to see them. A session is the JSON that it is: the library decodes it letter by letter,
 * several times for each page. One that no auth server can have given is none: anybody can write anything into a cookie;
 * over some of it the library asks again and again, and over some it throws where nobody can catch it, which would end
 * the process.
 */
export function decodeSession(cookies: Cookie[]): Cookie[] {
	const value = decode(join(cookies));
	if (value === null) return cookies.filter((cookie) => !isSessionCookie(cookie));
	// The parts stay beside the whole, for the library to take away once it writes another session.
	return [...cookies.filter(({ name }) => name !== sessionCookie), { name: sessionCookie, value }];
}

function join(cookies: Cookie[]): string {
	const values = new Map(cookies.map(({ name, value }) => [name, value]));
	const whole = values.get(sessionCookie);
	if (whole) return whole;
	let joined = '';
	for (let part = 0; values.get(`${sessionCookie}.${part}`); part += 1) {
		joined += values.get(`${sessionCookie}.${part}`);
	}
	return joined;
}

function decode(value: string): string | null {
	const [, encoded] = /^base64-([\w-]+)$/.exec(value) ?? [];
	if (!encoded) return null;
	try {
		const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
			Buffer.from(encoded, 'base64url'),
		);
		return v.is(session, JSON.parse(text)) ? text : null;
	} catch {
		return null;
	}
}
