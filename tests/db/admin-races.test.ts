/** What several people do at the same moment, each over a connection of their own, as the data API has them. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type postgres from 'postgres';
import { migrate, readFixture } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';

const server = await startPostgres({ superuser: 'supabase_admin' });
await server?.connect({ max: 1 }).unsafe(readFixture('hosted-roles.sql'));
afterAll(() => server?.stop());

type Outcome = 'done' | string;

describe.skipIf(!server)(
	'at the same moment, on PostgreSQL in the shape of a hosted project',
	() => {
		let count = 0;
		let owner: postgres.Sql;
		let api: postgres.Sql;

		beforeEach(async () => {
			if (!server) throw new Error('There is no PostgreSQL on this machine.');
			const database = `race_${++count}`;
			await server.connect({ max: 1 }).unsafe(`create database ${database}`);
			await server.connect({ database, max: 1 }).unsafe(readFixture('hosted-auth.sql'));
			owner = server.connect({ database, user: 'postgres', max: 1 });
			api = server.connect({ database, user: 'authenticator', max: 20 });
			await migrate({ run: async (script) => [Array.from(await owner.unsafe(script))] });
		});

		afterEach(() => Promise.all([owner.end({ timeout: 0 }), api.end({ timeout: 0 })]));

		async function makePerson(name: string, role = 'user'): Promise<string> {
			const [person] = await owner<{ id: string }[]>`
			insert into auth.users (id, email, email_confirmed_at, created_at)
			values (gen_random_uuid(), ${`${name}@tests.example`}, now(), now()) returning id`;
			if (!person) throw new Error('Nobody was made.');
			await owner`insert into auth.sessions (id, user_id, created_at) values (gen_random_uuid(), ${person.id}, now())`;
			await owner`update public.users set role = ${role} where id = ${person.id}`;
			return person.id;
		}

		/** The claims of the token that somebody has. */
		async function tokenOf(id: string): Promise<Record<string, string>> {
			const [session] = await owner<
				{ id: string }[]
			>`select id from auth.sessions where user_id = ${id}`;
			return { sub: id, session_id: session?.id ?? '', role: 'authenticated' };
		}

		/** What comes of a call: nothing is said of success, a refusal has its hint or its code. */
		async function callAs(token: Record<string, string>, call: string): Promise<Outcome> {
			try {
				await api.begin(async (sql) => {
					await sql`select set_config('request.jwt.claims', ${JSON.stringify(token)}, true),
					set_config('request.jwt.claim.sub', ${token['sub'] ?? ''}, true), set_config('role', 'authenticated', true)`;
					await sql.unsafe(`select public.${call}`);
				});
				return 'done';
			} catch (error) {
				if (error instanceof Error && 'code' in error) {
					return String('hint' in error && error.hint ? error.hint : error.code);
				}
				throw error;
			}
		}

		async function activeAdmins(): Promise<number> {
			const [row] = await owner<{ count: number }[]>`
			select count(*)::integer as count from public.users where role = 'admin' and suspended_at is null`;
			return row?.count ?? 0;
		}

		/** Holds everybody at the lock until all have come, so that they really meet. */
		async function allAtOnce(calls: (() => Promise<Outcome>)[]): Promise<Outcome[]> {
			const gate = await owner.reserve();
			await gate`begin`;
			await gate`select private.lock_admins()`;
			const running = calls.map((call) => call());
			for (let waiting = 0; waiting < calls.length;) {
				const [row] = await gate<{ waiting: number }[]>`
				select count(*)::integer as waiting from pg_locks
				where locktype = 'advisory' and not granted
					and database = (select oid from pg_database where datname = current_database())`;
				waiting = row?.waiting ?? 0;
			}
			await gate`commit`;
			gate.release();
			return Promise.all(running);
		}

		const acts = {
			demote: (id: string) => `admin_set_role('${id}', 'user')`,
			suspend: (id: string) => `admin_suspend_user('${id}', 'Race')`,
			delete: (id: string, name: string) => `admin_delete_user('${id}', '${name}@tests.example')`,
		};

		test.each(['demote', 'suspend', 'delete'] as const)(
			'of two admins who %s each other, one stays',
			async (act) => {
				const [a, b] = [await makePerson('a', 'admin'), await makePerson('b', 'admin')];
				const [tokenA, tokenB] = [await tokenOf(a), await tokenOf(b)];
				const outcomes = await allAtOnce([
					() => callAs(tokenA, acts[act](b, 'b')),
					() => callAs(tokenB, acts[act](a, 'a')),
				]);
				expect(outcomes.sort()).toEqual(['42501', 'done']);
				expect(await activeAdmins()).toBe(1);
				expect(await owner`select from public.audit_log`).toHaveLength(1);
			},
		);

		test('of two admins who leave, one stays', async () => {
			const tokens = [
				await tokenOf(await makePerson('a', 'admin')),
				await tokenOf(await makePerson('b', 'admin')),
			];
			const outcomes = await allAtOnce(
				tokens.map((token) => () => callAs(token, 'delete_my_account()')),
			);
			expect(outcomes.sort()).toEqual(['done', 'last_admin']);
			expect(await activeAdmins()).toBe(1);
		});

		test('of twenty admins who all demote the next one, at least one stays, and the log has those who did', async () => {
			const ids: string[] = [];
			for (let n = 0; n < 20; n += 1) ids.push(await makePerson(`admin${n}`, 'admin'));
			const tokens = await Promise.all(ids.map(tokenOf));
			const outcomes = await allAtOnce(
				tokens.map((token, n) => () => callAs(token, acts.demote(ids[(n + 1) % 20] ?? ''))),
			);
			const done = outcomes.filter((outcome) => outcome === 'done').length;
			expect(new Set(outcomes)).toEqual(new Set(['done', '42501']));
			expect(await activeAdmins()).toBe(20 - done);
			expect(await owner`select from public.audit_log`).toHaveLength(done);
		});

		/** What comes of a call that waits for what another connection holds, and goes on when that ends. */
		async function callBehind(
			hold: (gate: postgres.ReservedSql) => Promise<unknown>,
			call: () => Promise<Outcome>,
		): Promise<Outcome> {
			const gate = await owner.reserve();
			await gate`begin`;
			await hold(gate);
			let over = false;
			const outcome = call().finally(() => (over = true));
			const waits = () => gate`select from pg_locks where not granted`;
			while (!over && (await waits()).length === 0);
			await gate`commit`;
			gate.release();
			return outcome;
		}

		test('an admin who is being suspended does not lift their own suspension', async () => {
			const [a, b] = [await makePerson('a', 'admin'), await makePerson('b', 'admin')];
			const [tokenA, tokenB] = [await tokenOf(a), await tokenOf(b)];
			const outcome = await callBehind(
				async (gate) => {
					await gate`select set_config('request.jwt.claims', ${JSON.stringify(tokenA)}, true)`;
					await gate.unsafe(`select public.${acts.suspend(b)}`);
				},
				() => callAs(tokenB, `admin_restore_user('${b}')`),
			);
			expect(outcome).toBe('42501');
			expect(await activeAdmins()).toBe(1);
			expect(await callAs(tokenA, `admin_restore_user('${a}')`)).toBe('yourself');
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
			const [, b, ann] = [
				await makePerson('a', 'admin'),
				await makePerson('b', 'admin'),
				await makePerson('ann'),
			];
			const { session_id: session } = await tokenOf(ann);
			const token = await tokenOf(b);
			await owner`insert into private.jobs (id, kind, subject_id, owner_id, failed_at)
				overriding system value values (1, 'test.race', gen_random_uuid(), ${ann}, now())`;
			const outcome = await callBehind(
				async (gate) => {
					await gate.unsafe(held(ann));
					// A suspension would wait for the lock of the admins, and behind that is asked anyway.
					await gate`delete from auth.sessions where user_id = ${b}`;
				},
				() => callAs(token, act(ann, session ?? '')),
			);
			expect(outcome).toBe('42501');
			expect(await owner`select from public.audit_log`).toHaveLength(0);
		});

		test('somebody who asks twice at once to delete their account is told twice that it is done', async () => {
			const ann = await makePerson('ann');
			const token = await tokenOf(ann);
			const leave = () => callAs(token, 'delete_my_account()');
			const second: Promise<Outcome>[] = [];
			const first = await callBehind(async (gate) => {
				await gate.unsafe(account(ann));
				second.push(leave());
			}, leave);
			expect([first, ...(await Promise.all(second))]).toEqual(['done', 'done']);
			expect(await owner`select from auth.users where id = ${ann}`).toHaveLength(0);
		});

		test('somebody who is suspended while they delete their account stays, and suspended', async () => {
			const boss = await tokenOf(await makePerson('boss', 'admin'));
			const ann = await makePerson('ann');
			const token = await tokenOf(ann);
			const outcome = await callBehind(
				async (gate) => {
					await gate`select set_config('request.jwt.claims', ${JSON.stringify(boss)}, true)`;
					await gate.unsafe(`select public.${acts.suspend(ann)}`);
				},
				() => callAs(token, 'delete_my_account()'),
			);
			expect(outcome).toBe('42501');
			expect(
				await owner`select from public.users where id = ${ann} and suspended_at is not null`,
			).toHaveLength(1);
		});

		test('the last two admins, taken away past every function, are not both gone', async () => {
			const [a, b] = [await makePerson('a', 'admin'), await makePerson('b', 'admin')];
			const database = `race_${count}`;
			const other = server?.connect({ database, user: 'postgres', max: 1 });
			const gate = await owner.reserve();
			await gate`begin`;
			await gate`update public.users set role = 'user' where id = ${a}`;
			const second = other?.unsafe(`delete from auth.users where id = '${b}'`).then(
				() => 'done',
				(error: unknown) => (error instanceof Error && 'hint' in error ? error.hint : error),
			);
			await gate`commit`;
			gate.release();
			expect(await second).toBe('last_admin');
			expect(await activeAdmins()).toBe(1);
		});

		test('somebody who is deleted while they are suspended is one or the other, and the log agrees', async () => {
			const [a, b] = [await makePerson('a', 'admin'), await makePerson('b', 'admin')];
			const ann = await makePerson('ann');
			const [tokenA, tokenB] = [await tokenOf(a), await tokenOf(b)];
			const outcomes = await allAtOnce([
				() => callAs(tokenA, acts.delete(ann, 'ann')),
				() => callAs(tokenB, acts.suspend(ann)),
			]);
			expect(outcomes[0]).toBe('done');
			expect(['done', 'no_account']).toContain(outcomes[1]);
			expect(await owner`select from auth.users where id = ${ann}`).toHaveLength(0);
			const log = await owner<{ act: string }[]>`select act from public.audit_log order by id`;
			expect(log.map(({ act }) => act)).toEqual(
				outcomes[1] === 'done' ? ['suspended', 'deleted'] : ['deleted'],
			);
		});

		test('a person who leaves while twenty requests suspend them is gone, and nothing fails for want of a lock', async () => {
			const boss = await tokenOf(await makePerson('boss', 'admin'));
			const ann = await makePerson('ann');
			const token = await tokenOf(ann);
			const [left, ...suspended] = await Promise.all([
				callAs(token, 'delete_my_account()'),
				...Array.from({ length: 19 }, () => callAs(boss, acts.suspend(ann))),
			]);
			expect(['done', '42501']).toContain(left);
			for (const outcome of suspended) expect(['done', 'no_account']).toContain(outcome);
			const log = await owner<{ act: string }[]>`select act from public.audit_log`;
			const times = (wanted: string) => log.filter(({ act }) => act === wanted).length;
			expect(times('suspended')).toBe(suspended.filter((outcome) => outcome === 'done').length);
			expect(times('left')).toBe(left === 'done' ? 1 : 0);
		});

		test('twenty changes of an account and its profile at once leave the list as they left the tables', async () => {
			const ann = await makePerson('ann');
			await Promise.all(
				Array.from({ length: 20 }, async (_, n) => {
					const sql = server?.connect({ database: `race_${count}`, user: 'postgres', max: 1 });
					await (n % 2
						? sql?.unsafe(`update public.users set name = 'Ann ${n}' where id = '${ann}'`)
						: sql?.unsafe(
								`update auth.users set last_sign_in_at = '2026-01-01Z'::timestamptz + ${n} * interval '1 day' where id = '${ann}'`,
							));
					await sql?.end();
				}),
			);
			const differing = await owner`
			select from private.accounts as listed
			join auth.users as account on account.id = listed.id
			join public.users as person on person.id = listed.id
			where (listed.name, listed.last_sign_in_at) is distinct from (lower(person.name), account.last_sign_in_at)`;
			expect(differing).toHaveLength(0);
		});

		test('twenty who make and delete accounts at once, and some who gather and recount, leave the right figures', async () => {
			await Promise.all(
				Array.from({ length: 20 }, async (_, n) => {
					const sql = server?.connect({ database: `race_${count}`, user: 'postgres', max: 1 });
					for (let round = 0; round < 30; round += 1) {
						await sql?.unsafe(
							n % 10 === 9
								? `select private.${round % 2 ? 'gather_account_counts' : 'recount_accounts'}()`
								: `insert into auth.users (id, email, created_at) values (gen_random_uuid(), 'crowd-${n}-${round}@tests.example', now());
									delete from auth.users where email = 'crowd-${n}-${round - 2}@tests.example'`,
						);
					}
					await sql?.end();
				}),
			);
			const [figures] = await owner`
			select
				(select sum(change)::integer from private.account_counts where counted = 'kind') as kinds,
				(select sum(change)::integer from private.account_counts where counted = 'day') as days,
				(select sum(change)::integer from private.account_counts where counted = 'source') as sources,
				(select count(*)::integer from private.accounts) as accounts,
				(select max(id)::integer > 2000 from private.account_counts) as many`;
			expect(figures).toEqual({ kinds: 36, days: 36, sources: 36, accounts: 36, many: true });
		});

		test('twenty repairs of one profile make one, and the log has one', async () => {
			const boss = await tokenOf(await makePerson('boss', 'admin'));
			const ann = await makePerson('ann');
			await owner`delete from public.users where id = ${ann}`;
			const outcomes = await Promise.all(
				Array.from({ length: 20 }, (_, n) =>
					callAs(boss, n % 2 ? `admin_repair_profile('${ann}')` : 'admin_repair_profiles()'),
				),
			);
			expect(new Set(outcomes)).toEqual(new Set(['done']));
			expect(await owner`select from public.users where id = ${ann}`).toHaveLength(1);
			expect(await owner`select from public.audit_log where act = 'profile_repaired'`).toHaveLength(
				1,
			);
		});
	},
);
