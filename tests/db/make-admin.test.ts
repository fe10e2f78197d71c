/** The command that makes the first admin, against a running embedded backend; and that the acts work over its data API. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	call,
	makeDataFolder,
	register,
	startBackend,
	type Backend,
	type Registered,
} from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { freePorts } from '../support/server.ts';

const server = await startPostgres();
const folder = makeDataFolder();
let backend: Backend;
let ada: Registered;
let bob: Registered;
beforeAll(async () => {
	backend = await startBackend({ data: folder.data });
	ada = await register(backend, 'ada@example.com');
	bob = await register(backend, 'bob@example.com');
});
afterAll(async () => {
	await backend.stop();
	await server?.stop();
	folder.remove();
});

type Said = { said: string; code: number | null };

const makeAdmin = (...args: string[]): Promise<Said> =>
	command(args, {
		LOCAL_SUPABASE_DATA: folder.data,
		LOCAL_SUPABASE_PORT: new URL(backend.url).port,
	});

/** Runs the command as a person would, and answers what it said and its exit code. */
function command(args: string[], env: NodeJS.ProcessEnv): Promise<Said> {
	const nothingElse = {
		PUBLIC_SUPABASE_URL: '',
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: '',
		SUPABASE_SECRET_KEY: '',
		DATABASE_URL: '',
	};
	const child = spawn(process.execPath, ['src/cli/make-admin.ts', ...args], {
		env: { ...process.env, ...nothingElse, ...env },
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
	return new Promise((resolve) =>
		child.on('close', (code) => resolve({ said: said.trim(), code })),
	);
}

const rpc = (person: Registered, name: string, body: object, headers = {}) =>
	call(backend, `/rest/v1/rpc/${name}`, { body, token: person.token, headers });

test('nobody but the holder of the secret key makes the first admin', async () => {
	const answer = await rpc(ada, 'make_admin', { email: ada.email });
	expect(answer).toMatchObject({ status: 403, body: { code: '42501' } });
});

test('the command says what is in the way', async () => {
	await call(backend, '/auth/v1/signup', {
		body: { email: 'new@example.com', password: 'correct horse battery' },
	});
	expect(await makeAdmin()).toEqual({ code: 1, said: expect.stringMatching(/^Say whom/) });
	expect(await makeAdmin('nobody@example.com')).toEqual({
		code: 1,
		said: 'There is no account with the address nobody@example.com. Sign up first.',
	});
	expect(await makeAdmin('new@example.com')).toEqual({
		code: 1,
		said: 'The address new@example.com has not been confirmed. Open the link in the mail first.',
	});
});

test('the command makes an admin once, and the log has it once', async () => {
	expect(await makeAdmin('Ada@example.com')).toEqual({
		code: 0,
		said: 'Ada@example.com is an admin now.',
	});
	expect(await makeAdmin('ada@example.com')).toEqual({
		code: 0,
		said: 'ada@example.com is an admin already.',
	});
	const log = await call(backend, '/rest/v1/audit_log?select=act,via,actor_id,subject_email', {
		token: ada.token,
	});
	expect(log.body).toEqual([
		{ act: 'role_set', via: 'command line', actor_id: null, subject_email: ada.email },
	]);
});

test('the name of a refusal and its status arrive over the data API', async () => {
	expect(await rpc(ada, 'admin_set_role', { user_id: ada.id, role: 'user' })).toMatchObject({
		status: 409,
		body: { code: 'PT409', hint: 'yourself' },
	});
	expect(
		await rpc(ada, 'admin_end_sessions', { user_id: '00000000-0000-4000-8000-000000000000' }),
	).toMatchObject({ status: 404, body: { code: 'PT404', hint: 'no_account' } });
	expect(await rpc(ada, 'delete_my_account', {})).toMatchObject({
		status: 409,
		body: { code: 'PT409', hint: 'last_admin' },
	});
});

test('lists what the auth server writes, also with a GET', async () => {
	const page = await call(
		backend,
		'/rest/v1/rpc/admin_list_users?search=bob&provider=email&confirmed=true',
		{ token: ada.token },
	);
	expect(page.body).toMatchObject({
		total: 1,
		rows: [{ id: bob.id, email: bob.email, providers: ['email'], role: 'user' }],
	});
	const shown = await call(backend, `/rest/v1/rpc/admin_show_user?user_id=${bob.id}`, {
		token: ada.token,
	});
	expect(shown.body).toMatchObject({
		sign_in_methods: [{ provider: 'email' }],
		sessions: [{ user_agent: null }],
	});
});

test('a suspension ends every session at once, and its line has the request id', async () => {
	const answer = await rpc(
		ada,
		'admin_suspend_user',
		{ user_id: bob.id, reason: 'Spam' },
		{ 'x-request-id': 'req-42' },
	);
	expect(answer.body).toBe(1);
	expect((await call(backend, '/rest/v1/rpc/me', { token: bob.token })).body).toMatchObject({
		alive: false,
	});
	const log = await call(backend, '/rest/v1/audit_log?act=eq.suspended&select=request_id', {
		token: ada.token,
	});
	expect(log.body).toEqual([{ request_id: 'req-42' }]);
});

test('without the key and without a database the command says what is missing', async () => {
	const project = {
		PUBLIC_SUPABASE_URL: 'http://127.0.0.1:1',
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'x',
	};
	expect(await command(['ada@example.com'], project)).toEqual({
		code: 1,
		said: expect.stringMatching(/^SUPABASE_SECRET_KEY is not set\. /),
	});
	const [port] = await freePorts(1);
	const nowhere = { DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` };
	expect(await command(['ada@example.com'], nowhere)).toEqual({
		code: 1,
		said: expect.stringMatching(/^The database in DATABASE_URL refused: .*ECONNREFUSED/),
	});
});

describe.skipIf(!server)('with the address of a database alone, on PostgreSQL', () => {
	const nobody = makeDataFolder();
	const env = {
		DATABASE_URL: server?.url ?? '',
		LOCAL_SUPABASE_DATA: nobody.data,
		// Whatever is asked for over the API would have no answer.
		PUBLIC_SUPABASE_URL: 'http://127.0.0.1:1',
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'x',
	};
	afterAll(() => nobody.remove());

	test('the command does the same, also while no backend runs', async () => {
		const away = await startBackend({ data: nobody.data, databaseUrl: server?.url ?? '' });
		const eve = await register(away, 'eve@example.com');
		await away.stop();
		expect(await command(['nobody@example.com'], env)).toEqual({
			code: 1,
			said: 'There is no account with the address nobody@example.com. Sign up first.',
		});
		for (const said of [
			'eve@example.com is an admin now.',
			'eve@example.com is an admin already.',
		]) {
			expect(await command(['eve@example.com'], env)).toEqual({ code: 0, said });
		}
		const log = await server
			?.connect()
			.unsafe('select act, via, actor_id, subject_id, after from public.audit_log');
		expect(log).toEqual([
			{
				act: 'role_set',
				via: 'command line',
				actor_id: null,
				subject_id: eve.id,
				after: { role: 'admin' },
			},
		]);
	});
});
