import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import type { Fate } from '../support/proxy.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { noTrigger, withFault, withNetwork } from './fault.ts';
import { accountOf, confirm, home, logIn, press, signUp } from './journey.ts';
import { expectSays, expectWhole, listenTo } from './outcome.ts';
import { changeSession, claimsOf, jwtSecret, now, readSession, sign } from './token.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const isInsert = ({ method, path }: { method: string; path: string }) =>
	method === 'POST' && path.startsWith('/rest/v1/users');

/** Does something between the answer to "who asks?" and the insert of the profile. */
function beforeInsert<T>(act: () => Promise<unknown>, during: () => Promise<T>): Promise<T> {
	return withNetwork(
		stage,
		async (request): Promise<Fate> => {
			if (isInsert(request)) await act();
			return 'pass';
		},
		during,
	);
}

it('fault 6: while nobody has a session, no insert is attempted', async () => {
	const person = newPerson();
	const visitor = stage.visitor();
	await withFault(stage, noTrigger, async () => {
		const calls = stage.proxy.seen.length;
		const page = await visitor.follow(await signUp(visitor, person));
		expect(page.path).toBe('/check-email');
		expectSays(page, 'To finish, open the mail');
		expect(stage.proxy.seen.slice(calls)).toEqual(['POST /auth/v1/signup']);
		await press(visitor, await stage.linkFor(person.email));
	});
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

it('fault 10: the token runs out before the insert, is refreshed once, and the insert succeeds', async () => {
	const person = newPerson();
	const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
	const runsOut = now() + 5;
	const claims = claimsOf(readSession(visitor).access_token);
	changeSession(visitor, { access_token: sign({ ...claims, exp: runsOut }, jwtSecret(stage)) });
	const calls = stage.proxy.seen.length;
	const page = await beforeInsert(
		() => until('the token to run out', async () => now() > runsOut),
		() => home(visitor),
	);
	expect(page.path).toBe('/home');
	expect(stage.proxy.seen.slice(calls)).toEqual([
		'GET /rest/v1/rpc/me',
		'POST /rest/v1/users',
		'POST /auth/v1/token',
		'POST /rest/v1/users',
		'POST /rest/v1/rpc/note_my_session',
	]);
	expect((await home(visitor)).path).toBe('/home');
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

it('fault 16: the account is deleted before the insert, and the person is told so', async () => {
	const person = newPerson();
	const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
	const id = await accountOf(stage, person.email);
	const heard = listenTo(stage);
	const page = await beforeInsert(
		() => stage.sql('delete from auth.users where id = $1', [id]),
		() => home(visitor),
	);
	expect(page.path).toMatch(/^\/log-in\?/);
	expectSays(page, 'This account has been deleted.');
	expect([...visitor.cookies.keys()]).toEqual([]);
	await heard({ event: 'profile.gone', user: id, level: 50 });
	expect(await stage.sql('select from public.users where id = $1', [id])).toEqual([]);

	// The address is free: whoever has it may sign up again.
	await confirm(stage, person);
	await expectWhole(stage, person, { mails: 2 });
});

it('fault 17: suspended before the insert is suspended, in the database and in the app', async () => {
	const person = newPerson();
	const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
	const id = await accountOf(stage, person.email);
	const heard = listenTo(stage);
	const page = await beforeInsert(
		() =>
			stage.sql(
				`insert into public.users (id, source, suspended_at, suspended_reason)
				values ($1, 'repair', now(), 'Spam') on conflict do nothing`,
				[id],
			),
		() => home(visitor),
	);
	expect(page.path).toMatch(/^\/suspended/);
	expectSays(page, 'Spam');
	await heard({ event: 'profile.suspended', user: id });
	const token = readSession(visitor).access_token;
	const rows = await fetch(`${stage.proxy.url}/rest/v1/users?select=id`, {
		headers: { apikey: stage.backend.publishableKey, authorization: `Bearer ${token}` },
	});
	expect(await rows.json()).toEqual([]);

	await stage.sql(
		'update public.users set suspended_at = null, suspended_reason = null where id = $1',
		[id],
	);
	expect((await expectWhole(stage, person)).source).toBe('repair');
});

it('fault 17: banned by the auth server before the insert is logged out, and told to log in again', async () => {
	const person = newPerson();
	const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
	const id = await accountOf(stage, person.email);
	const page = await beforeInsert(
		() =>
			stage.sql(`update auth.users set banned_until = now() + interval '1 day' where id = $1`, [
				id,
			]),
		() => home(visitor),
	);
	expect(page.path).toMatch(/^\/log-in\?/);
	expectSays(page, 'Your log-in has ended. Please log in again.');
	expect(await stage.sql('select from public.users where id = $1', [id])).toEqual([]);
	await stage.sql('update auth.users set banned_until = null where id = $1', [id]);
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

it('fault 29: a forged or tampered token is no session: cleared, logged, and nobody is shown', async () => {
	const person = newPerson();
	const victim = newPerson();
	const visitor = await confirm(stage, person);
	await confirm(stage, victim);
	const { access_token: token } = readSession(visitor);
	const claims = { ...claimsOf(token), sub: await accountOf(stage, victim.email) };
	const [header, , signature] = token.split('.');
	const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
	const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
	const tokens = {
		'signed by somebody else': sign(claims, 'a secret of their own, of 32 bytes and more'),
		'somebody else’s id in it': `${header}.${payload}.${signature}`,
		'not signed at all': `${unsigned}.${payload}.`,
		'an admin’s role in it': sign({ ...claims, role: 'service_role' }, 'x'.repeat(32)),
		'no token': 'no-token',
	};
	for (const [how, access_token] of Object.entries(tokens)) {
		const heard = listenTo(stage);
		await logIn(visitor, person);
		changeSession(visitor, { access_token, refresh_token: 'made-up-12345' });
		const page = await home(visitor);
		expect(page.path, how).toMatch(/^\/log-in\?/);
		expect(page.html).not.toContain(victim.email);
		expect([...visitor.cookies.keys()].filter((name) => name.startsWith('session'))).toEqual([]);
		await heard({ event: 'session.refused' });
	}
	for (const text of ['base64-', 'base64-bm90IGpzb24', '{"access_token":1}', 'null', '%00']) {
		const other = stage.visitor();
		other.cookies.set('session', text);
		const page = await home(other);
		expect(page.path, text).toMatch(/^\/log-in\?/);
		expect(other.cookies.has('session'), text).toBe(false);
	}
	await expectWhole(stage, person);
	await expectWhole(stage, victim);
});

it('shows a page also to a request that does not say where it comes from, as one past the proxy', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	const page = await fetch(`${stage.url}/home`, { headers: { cookie }, redirect: 'manual' });
	expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(person.name)]);
});
