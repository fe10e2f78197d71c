import { describe, expect, it } from 'vitest';
import { decodeSession } from './session-cookie.ts';

const session = {
	access_token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl',
	refresh_token: 'k7hmkyh4zpr6',
	expires_at: 1800000000,
	user: { id: 'a', user_metadata: { name: 'Zoë' } },
};
const encode = (value: unknown) =>
	`base64-${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
const other = { name: 'theme', value: 'dark' };

/** What is made of a session's cookie beside another one. */
const decoded = (value: string) => decodeSession([{ name: 'session', value }, other]);

describe('the cookies of a session', () => {
	it('are the session that they hold', () => {
		expect(decoded(encode(session))).toEqual([
			other,
			{ name: 'session', value: JSON.stringify(session) },
		]);
	});

	it('are one session when it is spread over several, which stay to be taken away', () => {
		const value = encode(session);
		const parts = [
			{ name: 'session.1', value: value.slice(50) },
			{ name: 'session.0', value: value.slice(0, 50) },
		];
		expect(decodeSession(parts)).toEqual([
			...parts,
			{ name: 'session', value: JSON.stringify(session) },
		]);
		expect(decodeSession(parts.slice(1))).toEqual([]);
	});

	it.each([
		['is missing', { refresh_token: undefined }],
		['is empty', { refresh_token: '' }],
		['is a list', { refresh_token: ['k7hmkyh4zpr6'] }],
		['is no token', { access_token: 'žluťoučký' }],
		['cannot be sent', { access_token: 'a.b.c\n' }],
		['is no number', { expires_at: 'soon' }],
		['is no moment', { expires_at: -8e200 }],
		['is no person', { user: true }],
	])('are taken for none when a part of it %s', (_, part) => {
		expect(decoded(encode({ ...session, ...part }))).toEqual([other]);
	});

	it.each([
		'',
		'base64-',
		'base64-%',
		'base64-_w',
		'base64-bnVsbA',
		`base64-${Buffer.from(`\ufeff${JSON.stringify(session)}`).toString('base64url')}`,
		JSON.stringify(session),
		'x',
	])('are taken for none when they hold %j', (value) => {
		expect(decoded(value)).toEqual([other]);
	});
});
