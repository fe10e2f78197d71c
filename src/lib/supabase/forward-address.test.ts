import { expect, it } from 'vitest';
import { forwardAddress } from './forward-address.ts';

const secretKey = 'sb_secret_test';
const asPerson = { apikey: 'sb_publishable_test', authorization: 'Bearer sb_publishable_test' };

/** The headers with which a request goes on. */
async function headersOf(path: string, key: string | undefined, method = 'POST'): Promise<Headers> {
	let sent = new Headers();
	const fetch = forwardAddress(
		async (_, init) => {
			sent = new Headers(init?.headers);
			return new Response();
		},
		() => '192.0.2.1',
		key,
	);
	await fetch(`http://localhost${path}`, { method, headers: asPerson });
	return sent;
}

it.each(['signup', 'token?grant_type=password', 'otp', 'recover?redirect_to=%2F', 'verify'])(
	'tells the auth server whose address a guest has: %s',
	async (path) => {
		const headers = await headersOf(`/auth/v1/${path}`, secretKey);
		expect(headers.get('sb-forwarded-for')).toBe('192.0.2.1');
		expect(headers.get('apikey')).toBe(secretKey);
		expect(headers.has('authorization')).toBe(false);
	},
);

it.each([
	['/auth/v1/user', 'PUT'],
	['/auth/v1/logout', 'POST'],
	['/auth/v1/admin/users', 'POST'],
	['/auth/v1/otp/../admin/users', 'POST'],
	['/auth/v1/otp', 'GET'],
	['/rest/v1/rpc/me', 'POST'],
	['/rest/v1/users?x=/auth/v1/otp2', 'POST'],
])('sends the secret key with nothing else: %s %s', async (path, method) => {
	const headers = await headersOf(path, secretKey, method);
	expect(Object.fromEntries(headers)).toEqual(asPerson);
});

it.each([undefined, '', 'eyJhbGciOiJIUzI1NiJ9.e30.sig'])(
	'changes nothing without a secret key of the kind that is believed: %o',
	async (key) => {
		expect(Object.fromEntries(await headersOf('/auth/v1/otp', key))).toEqual(asPerson);
	},
);
