import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson, type NewPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';
import { withNetwork } from './fault.ts';
import { accountOf, confirm, home } from './journey.ts';
import { expectSays } from './outcome.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const leave = (visitor: Visitor, current_password: string) =>
	visitor.submit('/account/delete', { current_password, understood: 'on' });

const choose = (visitor: Visitor, { password }: NewPerson, current_password: string) =>
	visitor.submit('/account/password', { current_password, password: `${password} and a half` });

/** As an account is that was made by way of a provider. */
const takePassword = (id: string | null) =>
	stage.sql(`update auth.identities set provider = 'github' where user_id = $1`, [id]);

const ageSessions = (id: string | null) =>
	stage.sql(
		`update auth.sessions set created_at = created_at - interval '16 minutes' where user_id = $1`,
		[id],
	);

it('the last admin cannot leave, is told what to do, and stays logged in', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const id = await accountOf(stage, person.email);
	await stage.sql(`update public.users set role = 'admin' where id = $1`, [id]);
	const page = await leave(visitor, person.password);
	expect(page.status).toBe(409);
	expectSays(page, 'Make somebody else an admin first.');
	expect((await home(visitor)).path).toBe('/home');
	expect(await accountOf(stage, person.email)).toBe(id);
});

it('the password makes an old session young enough to leave with', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	await ageSessions(await accountOf(stage, person.email));
	expect((await leave(visitor, person.password)).location).toBe('/');
	expect(await accountOf(stage, person.email)).toBeNull();
});

it('somebody without a password needs a log-in of a moment ago', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const id = await accountOf(stage, person.email);
	await takePassword(id);
	expectSays(await visitor.get('/account/password'), 'Your account has no password to ask for.');
	await ageSessions(id);
	for (const page of [await choose(visitor, person, ''), await leave(visitor, '')]) {
		expect(page.status).toBe(403);
		expectSays(page, 'Please log out and in again first');
	}
	expect(await accountOf(stage, person.email)).toBe(id);
});

it('a password that has been shown leaves one session behind, and not the old one', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const list = () =>
		stage.sql<{ id: string }>(
			'select session.id from auth.sessions as session join auth.users as account on account.id = session.user_id where account.email = $1',
			[person.email],
		);
	const [old] = await list();
	expect((await choose(visitor, person, person.password)).location).toBe('/account');
	const sessions = await list();
	expect(sessions).toHaveLength(1);
	expect(sessions[0]?.id).not.toBe(old?.id);
	expect((await home(visitor)).path).toBe('/home');
});

it('while the auth server is away nothing is changed, and a sentence says so', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	await withNetwork(
		stage,
		({ path }) => (path.startsWith('/auth/v1/') ? 'cut' : 'pass'),
		async () => {
			for (const page of [
				await visitor.get('/account/password'),
				await choose(visitor, person, person.password),
				await leave(visitor, person.password),
			]) {
				expect(page.status).toBe(503);
				expectSays(page, 'We cannot reach our database right now.');
			}
		},
	);
	expect((await home(visitor)).path).toBe('/home');
});
