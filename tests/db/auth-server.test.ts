/**
 * What only shows where the auth server has a role and a connection of its own: it signs people up and changes their
 * addresses without any right to what the triggers write.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
	attempt,
	attemptAsAuthServer,
	migrate,
	startHostedShape,
	type TestDatabase,
} from '../support/database.ts';

const hosted = await startHostedShape();
afterAll(() => hosted?.stop());

describe.skipIf(!hosted)('the auth server on PostgreSQL in the shape of a hosted project', () => {
	let database: TestDatabase;
	beforeEach(async () => {
		if (!hosted) throw new Error('There is no PostgreSQL on this machine.');
		database = await hosted.open();
		await migrate(database);
	});
	afterEach(() => database.close());

	const id = randomUUID();
	const signUp = `insert into auth.users (id, email, raw_user_meta_data) values ('${id}', 'ann@tests.example', '{"name": "Ann"}')`;

	test('has no right to the profiles itself', async () => {
		const read = await attemptAsAuthServer(database, 'select * from public.users');
		expect(read).toMatchObject({ code: '42501' });
	});

	test('signs somebody up, and the profile is made', async () => {
		expect(await attemptAsAuthServer(database, signUp)).toMatchObject({ code: null });
		expect((await attempt(database, 'select name, source from public.users')).rows).toEqual([
			{ name: 'Ann', source: 'trigger' },
		]);
	});

	test('changes an address, and the profile follows', async () => {
		await database.runAsAuthServer(signUp);
		const change = `update auth.users set email = 'new@tests.example' where id = '${id}'`;
		expect(await attemptAsAuthServer(database, change)).toMatchObject({ code: null });
		expect((await attempt(database, 'select email from public.users')).rows).toEqual([
			{ email: 'new@tests.example' },
		]);
	});

	test('records the failure of the profile without a right to the failures', async () => {
		await database.run('alter table public.users add constraint trouble check (false)');
		expect(await attemptAsAuthServer(database, signUp)).toMatchObject({ code: null });
		expect(
			(await attempt(database, 'select sqlstate from public.registration_failures')).rows,
		).toEqual([{ sqlstate: '23514' }]);
	});

	test('does not wait for a locked table longer than a sign-up has time', async () => {
		await database.run('begin; lock table public.users in access exclusive mode');
		const signedUp = await attemptAsAuthServer(database, signUp);
		await database.run('rollback');

		expect(signedUp).toMatchObject({ code: null });
		expect(
			(await attempt(database, 'select sqlstate from public.registration_failures')).rows,
		).toEqual([{ sqlstate: '55P03' }]);
	});
});
