import type { RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieOptions } from '../../cookie-options.ts';
import { AppError } from '../../errors.ts';
import { inWords } from '../../limits.server.ts';
import { email } from '../../credentials/credentials.schema.ts';

const name = 'pending-mail';
/** As long as the link and the code work. */
const maxAge = 60 * 60;
const pause = 60_000;

const pendingMail = v.object({
	/** What the mail was asked for with. */
	kind: v.picklist(['sign-up', 'unconfirmed', 'log-in', 'recovery']),
	/** A cookie can be written by anybody: in one spelling, so that the tries for an account are counted together. */
	email,
	sentAt: v.number(),
	/** When this browser signed up; stays when the mail is asked for again. */
	signedUpAt: v.nullable(v.number()),
	next: v.pipe(v.string(), v.maxLength(1000)),
});

export type PendingMail = v.InferOutput<typeof pendingMail>;

type Browser = Pick<RequestEvent, 'cookies' | 'url'>;

/** Remembers which mail this browser waits for: in a cookie, so that no address stands in a URL or in a log. */
export function rememberMail({ cookies, url }: Browser, mail: PendingMail): void {
	const next = mail.next.length <= 1000 ? mail.next : '';
	cookies.set(name, JSON.stringify({ ...mail, next }), { ...cookieOptions(url), maxAge });
}

export function findMail({ cookies }: Pick<Browser, 'cookies'>): PendingMail | null {
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), pendingMail), cookies.get(name));
	return parsed.success ? parsed.output : null;
}

export function forgetMail({ cookies, url }: Browser): void {
	cookies.delete(name, cookieOptions(url));
}

/** The seconds until another mail may be asked for. */
export function secondsToWait({ sentAt }: PendingMail, now = Date.now()): number {
	const left = Math.ceil((sentAt + pause - now) / 1000);
	return Math.min(Math.max(left, 0), pause / 1000);
}

/** Throws while the last mail is too fresh to ask for another. */
export function requirePause(
	{ setHeaders }: Pick<RequestEvent, 'setHeaders'>,
	mail: PendingMail,
): void {
	const seconds = secondsToWait(mail);
	if (seconds === 0) return;
	setHeaders({ 'retry-after': String(seconds) });
	throw new AppError('limited', 429, `Please wait. You can ask again in ${inWords(seconds)}.`);
}
