import type { RequestEvent } from '@sveltejs/kit';
import { cookieOptions } from '../../cookie-options.ts';
import { readSigned, sign } from '../../signed.server.ts';
import { sayOnce } from '../../toast.server.ts';

const name = 'may-reset';
const maxAge = 15 * 60;

/**
 * Notes that a link from a mail was opened here a moment ago, by whom: without it, anybody at an unlocked browser could
 * choose a new password without knowing the old one. Signed, as whoever sits there can write cookies too.
 */
export function allowReset(
	{ cookies, url }: Pick<RequestEvent, 'cookies' | 'url'>,
	userId: string,
): void {
	const until = Date.now() + maxAge * 1000;
	cookies.set(name, sign(name, `${userId}.${until}`), { ...cookieOptions(url), maxAge });
}

/** Has somebody choose the password of an account that was made before they signed up. */
export function allowOwnPassword(
	event: Pick<RequestEvent, 'cookies' | 'url' | 'locals'>,
	userId: string,
): void {
	allowReset(event, userId);
	event.locals.log.warn({ event: 'sign_up.made_earlier', user: userId });
	sayOnce(
		event,
		'info',
		'Somebody had signed up with your email before, perhaps you. Choose the password that counts from now on.',
	);
}

export function mayReset({ cookies, locals }: Pick<RequestEvent, 'cookies' | 'locals'>): boolean {
	const [userId, until] = readSigned(name, cookies.get(name) ?? '')?.split('.') ?? [];
	if (!userId || Number(until) < Date.now()) return false;
	return locals.person ? locals.person.id === userId : locals.hindrance?.kind === 'unfinished';
}

export function forgetReset({ cookies, url }: Pick<RequestEvent, 'cookies' | 'url'>): void {
	cookies.delete(name, cookieOptions(url));
}
