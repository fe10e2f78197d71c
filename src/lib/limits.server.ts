import type { RequestEvent } from '@sveltejs/kit';
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError } from './errors.ts';

/**
 * How often each form may be sent within ten minutes: from one address, generous enough for an office behind it; for
 * one account from one address; and ten times as often for one account from everywhere, so that no stranger can lock
 * its owner out with a few tries. Counted in this process alone: where several serve the app, each counts for itself.
 */
const limits = {
	'sign-up': pair('sign-up', { address: 60, account: 6 }),
	'log-in': pair('log-in', { address: 120, account: 10 }),
	/** Whatever has a mail sent. */
	mail: pair('mail', { address: 60, account: 5 }),
	/** Few digits must not be guessed. */
	code: pair('code', { address: 60, account: 8 }),
	/** Links and new passwords. A link holds no more than a hash of the code, so it could be guessed like one. */
	link: pair('link', { address: 40, account: 20 }),
};

type Client = Pick<RequestEvent, 'getClientAddress' | 'setHeaders'>;

/** Counts one use of a form. When there have been too many, it throws, and says when to try again. */
export async function countUse(
	client: Client,
	form: keyof typeof limits,
	email?: string,
): Promise<void> {
	const { address, account, everywhere } = limits[form];
	const network = networkOf(client.getClientAddress());
	let seconds = await use(address, network);
	// One address that is refused already counts against no account and fills no memory with them.
	if (seconds === 0 && email) {
		const key = createHash('sha256').update(email).digest('base64');
		seconds = Math.max(await use(account, `${network}/${key}`), await use(everywhere, key));
	}
	if (seconds === 0) return;
	client.setHeaders({ 'retry-after': String(seconds) });
	throw new AppError('limited', 429, `That was a lot of tries. Try again in ${inWords(seconds)}.`);
}

/** One household or server has 2^64 IPv6 addresses: they count as one. */
export function networkOf(address: string): string {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
	if (mapped || !isIPv6(address)) return mapped ?? address;
	const [head = '', tail] = address.toLowerCase().split('::');
	const groups = head === '' ? [] : head.split(':');
	const rest = tail ? tail.split(':') : [];
	const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
	return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest]
		.slice(0, 4)
		.map((group) => group.replace(/^0+(?=.)/, ''))
		.join(':');
}

export function inWords(seconds: number): string {
	if (seconds === 1) return '1 second';
	return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}

function pair(form: string, points: { address: number; account: number }) {
	const limiter = (kind: string, points: number) =>
		new RateLimiterMemory({ keyPrefix: `${form}/${kind}`, points, duration: 600 });
	return {
		address: limiter('address', points.address),
		account: limiter('account', points.account),
		everywhere: limiter('everywhere', points.account * 10),
	};
}

/** The seconds to wait; 0 while there are uses left. */
async function use(limiter: RateLimiterMemory, key: string): Promise<number> {
	const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
	return consumedPoints > limiter.points ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : 0;
}
