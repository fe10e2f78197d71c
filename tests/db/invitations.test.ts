/** Invitations: who may have the auth server send one, and how the app finds out that it has no call for them. */
import { createClient } from '@supabase/supabase-js';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findInvitations, invite } from '../../src/lib/features/admin/invitations.service.ts';
import type { Database } from '../../src/lib/supabase/database.types.ts';
import {
	call,
	makeDataFolder,
	register,
	startBackend,
	type Backend,
	type Registered,
} from '../support/backend.ts';

const folder = makeDataFolder();
let backend: Backend;
let admin: Registered;
let person: Registered;
beforeAll(async () => {
	backend = await startBackend({ data: folder.data });
	admin = await register(backend, 'admin@example.com');
	person = await register(backend, 'person@example.com');
	await call(backend, '/rest/v1/rpc/make_admin', {
		body: { email: admin.email },
		key: backend.secretKey,
	});
});
afterAll(async () => {
	await backend.stop();
	folder.remove();
});

const withToken = ({ token }: Registered) =>
	createClient<Database>(backend.url, backend.publishableKey, { accessToken: async () => token });
const withoutSession = (url: string, key: string) =>
	createClient<Database>(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
const invited = async () => {
	const log = await call(
		backend,
		'/rest/v1/audit_log?act=eq.invited&select=subject_email,actor_id',
		{
			token: admin.token,
		},
	);
	return log.body;
};

test('the embedded auth server has no call for them', async () => {
	expect(await findInvitations(backend, fetch)).toBe(false);
});

/** What the hosted auth server says to each request, by its source: the embedded one has no such path. */
describe('where the auth server has the call', () => {
	type Answer = { status: number; body: unknown };
	const asked: { method: string; path: string; key: string; body: string }[] = [];
	let answer: Answer;
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		let body = '';
		request.on('data', (part) => (body += part));
		request.on('end', () => {
			const { method = '', url: path = '', headers } = request;
			asked.push({ method, path, key: String(headers['apikey']), body });
			response.writeHead(answer.status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(answer.body));
		});
	});
	let url = '';
	beforeAll(async () => {
		await once(server.listen(0, '127.0.0.1'), 'listening');
		const address = server.address();
		url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
	});
	afterEach(() => asked.splice(0));
	afterAll(() => server.close());

	const secret = () => withoutSession(url, 'sb_secret_x');

	test('it is found without the secret key, and without inviting anybody', async () => {
		answer = { status: 405, body: {} };
		expect(await findInvitations({ url, publishableKey: 'public' }, fetch)).toBe(true);
		expect(asked).toEqual([{ method: 'GET', path: '/auth/v1/invite', key: 'public', body: '' }]);
	});

	test.each([500, 429])('an answer of %i says neither yes nor no', async (status) => {
		answer = { status, body: {} };
		expect(await findInvitations({ url, publishableKey: 'public' }, fetch)).toBeNull();
	});

	test('an admin invites, and the log has it', async () => {
		answer = { status: 200, body: { id: 'x', email: 'new@example.com' } };
		await invite(withToken(admin), secret, 'new@example.com', 'https://app.example/home');
		expect(asked).toEqual([
			{
				method: 'POST',
				path: `/auth/v1/invite?redirect_to=${encodeURIComponent('https://app.example/home')}`,
				key: 'sb_secret_x',
				body: '{"email":"new@example.com"}',
			},
		]);
		expect(await invited()).toContainEqual({
			subject_email: 'new@example.com',
			actor_id: admin.id,
		});
	});

	test('whoever has an account is not invited', async () => {
		answer = { status: 422, body: { code: 422, error_code: 'email_exists', msg: 'taken' } };
		await expect(invite(withToken(admin), secret, 'old@example.com', '/')).rejects.toMatchObject({
			code: 'email_exists',
			status: 409,
		});
	});

	test('for nobody but an admin is the secret key touched', async () => {
		let touched = 0;
		const create = () => {
			touched += 1;
			return secret();
		};
		const nobody = withoutSession(backend.url, backend.publishableKey);
		for (const client of [withToken(person), nobody]) {
			await expect(invite(client, create, 'friend@example.com', '/')).rejects.toMatchObject({
				code: '42501',
			});
		}
		expect({ touched, asked }).toEqual({ touched: 0, asked: [] });
		expect(JSON.stringify(await invited())).not.toContain('friend@example.com');
	});
});

test('no answer at all says neither yes nor no', async () => {
	expect(
		await findInvitations({ url: 'http://127.0.0.1:1', publishableKey: 'public' }, fetch),
	).toBeNull();
});
