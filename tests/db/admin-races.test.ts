/** What several people do at the same moment, each over a connection of their own, as the data API has them. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRaces, type Race, type Token } from '../support/races.ts';

const races = await startRaces();
afterAll(() => races?.stop());

describe.skipIf(!races)(
	'at the same moment, on PostgreSQL in the shape of a hosted project',
	() => {
		let race: Race;

		beforeEach(async () => {
			if (!races) throw new Error('There is no PostgreSQL on this machine.');
			race = await races.open();
		});
		afterEach(() => race.close());

		async function makeAdmin(name: string): Promise<string> {
			const id = await race.makePerson(name);
			await race.owner`update public.users set role = 'admin' where id = ${id}`;
			return id;
		}

		async function activeAdmins(): Promise<number> {
			const [row] = await race.owner<{ count: number }[]>`
			select count(*)::integer as count from public.users where role = 'admin' and suspended_at is null`;
			return row?.count ?? 0;
		}

		/** All of them at the admins' lock. */
		const meet = (calls: (() => Promise<string>)[]) =>
			race.meet('select private.lock_admins()', calls);

		const acts = {
			demote: (id: string) => `admin_set_role('${id}', 'user')`,
			suspend: (id: string) => `admin_suspend_user('${id}', 'Race')`,
			delete: (id: string, name: string) => `admin_delete_user('${id}', '${name}@tests.example')`,
		};

		test.each(['demote', 'suspend', 'delete'] as const)(
			'of two admins who %s each other, one stays',
			async (act) => {
				const [a, b] = [await makeAdmin('a'), await makeAdmin('b')];
				const [tokenA, tokenB] = [await race.tokenOf(a), await race.tokenOf(b)];
				const outcomes = await meet([
					() => race.call(tokenA, acts[act](b, 'b')),
					() => race.call(tokenB, acts[act](a, 'a')),
				]);
				expect(outcomes.sort()).toEqual(['42501', 'done']);
				expect(await activeAdmins()).toBe(1);
				expect(await race.owner`select from public.audit_log`).toHaveLength(1);
			},
		);

		test('of two admins who leave, one stays', async () => {
			const tokens = [
				await race.tokenOf(await makeAdmin('a')),
				await race.tokenOf(await makeAdmin('b')),
			];
			const outcomes = await meet(
				tokens.map((token) => () => race.call(token, 'delete_my_account()')),
			);
			expect(outcomes.sort()).toEqual(['done', 'last_admin']);
			expect(await activeAdmins()).toBe(1);
		});

		test('of twenty admins who all demote the next one, at least one stays, and the log has those who did', async () => {
			const ids: string[] = [];
			for (let n = 0; n < 20; n += 1) ids.push(await makeAdmin(`admin${n}`));
			const tokens = await Promise.all(ids.map(race.tokenOf));
			const outcomes = await meet(
				tokens.map((token, n) => () => race.call(token, acts.demote(ids[(n + 1) % 20] ?? ''))),
			);
			const done = outcomes.filter((outcome) => outcome === 'done').length;
			expect(new Set(outcomes)).toEqual(new Set(['done', '42501']));
			expect(await activeAdmins()).toBe(20 - done);
			expect(await race.owner`select from public.audit_log`).toHaveLength(done);
		});

		/** As somebody who asks over the API, for what is held. */
		const actAs = (token: Token, call: string) =>
			`select set_config('request.jwt.claims', '${JSON.stringify(token)}', true), public.${call}`;

		test('an admin who is being suspended does not lift their own suspension', async () => {
			const [a, b] = [await makeAdmin('a'), await makeAdmin('b')];
			const [tokenA, tokenB] = [await race.tokenOf(a), await race.tokenOf(b)];
			const outcomes = await race.meet(actAs(tokenA, acts.suspend(b)), [
				() => race.call(tokenB, `admin_restore_user('${b}')`),
			]);
			expect(outcomes).toEqual(['42501']);
			expect(await activeAdmins()).toBe(1);
			expect(await race.call(tokenA, `admin_restore_user('${a}')`)).toBe('yourself');
		});

		const account = (id: string) => `select from auth.users where id = '${id}' for update`;
		test.each([
			['make another admin', account, (id: string) => `admin_set_role('${id}', 'admin')`],
			['suspend somebody', account, acts.suspend],
			['restore somebody', account, (id: string) => `admin_restore_user('${id}')`],
			['delete somebody', account, (id: string) => acts.delete(id, 'ann')],
			['end all sessions', account, (id: string) => `admin_end_sessions('${id}')`],
			['repair a profile', account, (id: string) => `admin_repair_profile('${id}')`],
			[
				'end a session',
				() => 'select from auth.sessions for update',
				(_: string, session: string) => `admin_end_session('${session}')`,
			],
			[
				'send a job again',
				() => `update private.jobs set failed_at = now()`,
				() => 'admin_retry_job(1)',
			],
		])('an admin who is signed out while they wait does not %s', async (_, held, act) => {
			const [, b, ann] = [await makeAdmin('a'), await makeAdmin('b'), await race.makePerson('ann')];
			const { session_id: session } = await race.tokenOf(ann);
			const token = await race.tokenOf(b);
			await race.owner`insert into private.jobs (id, kind, subject_id, owner_id, failed_at)
				overriding system value values (1, 'test.race', gen_random_uuid(), ${ann}, now())`;
			const outcomes = await race.meet(
				held(ann),
				[() => race.call(token, act(ann, session))],
				// A suspension would wait for the lock of the admins, and behind that is asked anyway.
				(holder) => holder`delete from auth.sessions where user_id = ${b}`,
			);
			expect(outcomes).toEqual(['42501']);
			expect(await race.owner`select from public.audit_log`).toHaveLength(0);
		});

		test('somebody who asks twice at once to delete their account is told twice that it is done', async () => {
			const ann = await race.makePerson('ann');
			const token = await race.tokenOf(ann);
			const leave = () => race.call(token, 'delete_my_account()');
			expect(await race.meet(account(ann), [leave, leave])).toEqual(['done', 'done']);
			expect(await race.owner`select from auth.users where id = ${ann}`).toHaveLength(0);
		});

		test('somebody who is suspended while they delete their account stays, and suspended', async () => {
			const boss = await race.tokenOf(await makeAdmin('boss'));
			const ann = await race.makePerson('ann');
			const token = await race.tokenOf(ann);
			const outcomes = await race.meet(actAs(boss, acts.suspend(ann)), [
				() => race.call(token, 'delete_my_account()'),
			]);
			expect(outcomes).toEqual(['42501']);
			expect(
				await race.owner`select from public.users where id = ${ann} and suspended_at is not null`,
			).toHaveLength(1);
		});

		test('the last two admins, taken away past every function, are not both gone', async () => {
			const [a, b] = [await makeAdmin('a'), await makeAdmin('b')];
			const second = await race.meet(`update public.users set role = 'user' where id = '${a}'`, [
				() =>
					race.owner.unsafe(`delete from auth.users where id = '${b}'`).then(
						() => 'done',
						(error: unknown) => (error instanceof Error && 'hint' in error ? error.hint : error),
					),
			]);
			expect(second).toEqual(['last_admin']);
			expect(await activeAdmins()).toBe(1);
		});

		test('somebody who is deleted while they are suspended is one or the other, and the log agrees', async () => {
			const [a, b] = [await makeAdmin('a'), await makeAdmin('b')];
			const ann = await race.makePerson('ann');
			const [tokenA, tokenB] = [await race.tokenOf(a), await race.tokenOf(b)];
			const outcomes = await meet([
				() => race.call(tokenA, acts.delete(ann, 'ann')),
				() => race.call(tokenB, acts.suspend(ann)),
			]);
			expect(outcomes[0]).toBe('done');
			expect(['done', 'no_account']).toContain(outcomes[1]);
			expect(await race.owner`select from auth.users where id = ${ann}`).toHaveLength(0);
			const log = await race.owner<{ act: string }[]>`select act from public.audit_log order by id`;
			expect(log.map(({ act }) => act)).toEqual(
				outcomes[1] === 'done' ? ['suspended', 'deleted'] : ['deleted'],
			);
		});

		test('a person who leaves while twenty requests suspend them is gone, and nothing fails for want of a lock', async () => {
			const boss = await race.tokenOf(await makeAdmin('boss'));
			const ann = await race.makePerson('ann');
			const token = await race.tokenOf(ann);
			const [left, ...suspended] = await Promise.all([
				race.call(token, 'delete_my_account()'),
				...Array.from({ length: 19 }, () => race.call(boss, acts.suspend(ann))),
			]);
			expect(['done', '42501']).toContain(left);
			for (const outcome of suspended) expect(['done', 'no_account']).toContain(outcome);
			const log = await race.owner<{ act: string }[]>`select act from public.audit_log`;
			const times = (wanted: string) => log.filter(({ act }) => act === wanted).length;
			expect(times('suspended')).toBe(suspended.filter((outcome) => outcome === 'done').length);
			expect(times('left')).toBe(left === 'done' ? 1 : 0);
		});

		test('twenty changes of an account and its profile at once leave the list as they left the tables', async () => {
			const ann = await race.makePerson('ann');
			await Promise.all(
				Array.from({ length: 20 }, (_, n) =>
					race.owner.unsafe(
						n % 2
							? `update public.users set name = 'Ann ${n}' where id = '${ann}'`
							: `update auth.users set last_sign_in_at = '2026-01-01Z'::timestamptz + ${n} * interval '1 day' where id = '${ann}'`,
					),
				),
			);
			const differing = await race.owner`
			select from private.accounts as listed
			join auth.users as account on account.id = listed.id
			join public.users as person on person.id = listed.id
			where (listed.name, listed.last_sign_in_at) is distinct from (lower(person.name), account.last_sign_in_at)`;
			expect(differing).toHaveLength(0);
		});

		test('twenty who make and delete accounts at once, and some who gather and recount, leave the right figures', async () => {
			await Promise.all(
				Array.from({ length: 20 }, async (_, n) => {
					for (let round = 0; round < 30; round += 1) {
						await race.owner.unsafe(
							n % 10 === 9
								? `select private.${round % 2 ? 'gather_account_counts' : 'recount_accounts'}()`
								: `insert into auth.users (id, email, created_at) values (gen_random_uuid(), 'crowd-${n}-${round}@tests.example', now());
									delete from auth.users where email = 'crowd-${n}-${round - 2}@tests.example'`,
						);
					}
				}),
			);
			const [figures] = await race.owner`
			select
				(select sum(change)::integer from private.account_counts where counted = 'kind') as kinds,
				(select sum(change)::integer from private.account_counts where counted = 'day') as days,
				(select sum(change)::integer from private.account_counts where counted = 'source') as sources,
				(select count(*)::integer from private.accounts) as accounts,
				(select max(id)::integer > 2000 from private.account_counts) as many`;
			expect(figures).toEqual({ kinds: 36, days: 36, sources: 36, accounts: 36, many: true });
		});

		test('twenty repairs of one profile make one, and the log has one', async () => {
			const boss = await race.tokenOf(await makeAdmin('boss'));
			const ann = await race.makePerson('ann');
			await race.owner`delete from public.users where id = ${ann}`;
			const outcomes = await Promise.all(
				Array.from({ length: 20 }, (_, n) =>
					race.call(boss, n % 2 ? `admin_repair_profile('${ann}')` : 'admin_repair_profiles()'),
				),
			);
			expect(new Set(outcomes)).toEqual(new Set(['done']));
			expect(await race.owner`select from public.users where id = ${ann}`).toHaveLength(1);
			expect(
				await race.owner`select from public.audit_log where act = 'profile_repaired'`,
			).toHaveLength(1);
		});
	},
);
