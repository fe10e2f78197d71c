import { describe, expect, it } from 'vitest';
import { findMail } from './pending-mail.server.ts';

/** What is found in a browser whose cookie names this address. */
function addressFrom(email: string): string | undefined {
	const value = JSON.stringify({
		kind: 'log-in',
		email,
		sentAt: 0,
		signedUpAt: null,
		next: '/home',
	});
	return findMail({
		cookies: {
			get: () => value,
			getAll: () => [],
			set: () => undefined,
			delete: () => undefined,
			serialize: () => '',
		},
	})?.email;
}

describe('the address in a cookie that somebody wrote themselves', () => {
	it.each(['ADA@example.com', 'aDa@Example.COM', ' ada@example.com', 'ada@example.com\t'])(
		'counts as one account, however it is spelt: %o',
		(spelt) => {
			expect(addressFrom(spelt)).toBe('ada@example.com');
		},
	);

	it('is none when no mail could go there', () => {
		expect(addressFrom('<script>')).toBeUndefined();
	});
});
