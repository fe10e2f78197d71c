import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countUse, inWords, networkOf } from './limits.server.ts';

/** Somebody at this address, and the headers of the answer to them. */
function someoneAt(address: string) {
	const headers: Record<string, string> = {};
	return {
		headers,
		getClientAddress: () => address,
		setHeaders: (more: Record<string, string>) => void Object.assign(headers, more),
	};
}

describe('the uses of a form', () => {
	it('end for one account from one address, and the answer says until when', async () => {
		const stranger = someoneAt('192.0.2.100');
		for (let n = 0; n < 5; n += 1) await countUse(stranger, 'mail', 'owned@example.com');
		await expect(countUse(stranger, 'mail', 'owned@example.com')).rejects.toThrow('Try again in');
		// Its owner is not locked out by that.
		await countUse(someoneAt('192.0.2.101'), 'mail', 'owned@example.com');
	});

	it('end for one account, whoever asks, after ten times as many', async () => {
		for (let n = 0; n < 50; n += 1) {
			await countUse(someoneAt(`192.0.2.${n}`), 'mail', 'ada@example.com');
		}
		const last = someoneAt('192.0.2.200');
		await expect(countUse(last, 'mail', 'ada@example.com')).rejects.toMatchObject({
			code: 'limited',
			status: 429,
			message: expect.stringMatching(/Try again in \d+ minutes\.$/),
		});
		expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
		await countUse(last, 'mail', 'grace@example.com');
	});

	it('end for one address, however many accounts it names', async () => {
		const office = someoneAt('198.51.100.1');
		const uses = Array.from({ length: 61 }, (_, n) =>
			countUse(office, 'code', `p${n}@example.com`),
		);
		const refused = (await Promise.allSettled(uses)).filter(({ status }) => status === 'rejected');
		expect(refused).toHaveLength(1);
		await countUse(someoneAt('198.51.100.2'), 'code', 'p0@example.com');
	});

	it('that are refused for the address count against no account', async () => {
		const office = someoneAt('198.51.100.3');
		for (let n = 0; n < 60; n += 1) await countUse(office, 'mail', `q${n}@example.com`);
		const uses = Array.from({ length: 60 }, () => countUse(office, 'mail', 'mary@example.com'));
		await Promise.allSettled(uses);
		await countUse(someoneAt('198.51.100.4'), 'mail', 'mary@example.com');
	});

	it('are counted for each form by itself', async () => {
		const someone = someoneAt('203.0.113.7');
		for (let n = 0; n < 5; n += 1) await countUse(someone, 'mail', 'emmy@example.com');
		await countUse(someone, 'log-in', 'emmy@example.com');
	});
});

describe('an address', () => {
	it.each([
		['192.0.2.1', '192.0.2.1'],
		['::ffff:192.0.2.1', '192.0.2.1'],
		['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
		['2001:DB8::1', '2001:db8:0:0'],
		['2001:0db8:0001::', '2001:db8:1:0'],
		['::1', '0:0:0:0'],
	])('%s counts as %s', (address, network) => {
		expect(networkOf(address)).toBe(network);
	});

	it('of version 6 counts as its first half, however it is written', () => {
		const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
		const groups = fc.array(group, { minLength: 8, maxLength: 8 });
		fc.assert(
			fc.property(groups, (written) => {
				const short = new URL(`http://[${written.join(':')}]`).hostname.slice(1, -1);
				expect(networkOf(short)).toBe(written.slice(0, 4).join(':'));
			}),
		);
	});
});

it('names waiting times as a person would', () => {
	expect([1, 40, 119, 121, 600].map(inWords)).toEqual([
		'1 second',
		'40 seconds',
		'119 seconds',
		'3 minutes',
		'10 minutes',
	]);
});
