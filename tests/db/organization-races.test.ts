/** What several people do to one organization at the same moment, each over a connection of their own. */
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

		async function makePerson(name: string): Promise<string> {
			const [person] = await owner<{ id: string }[]>`
			insert into auth.users (id, email, email_confirmed_at, created_at)
			values (gen_random_uuid(), ${`${name}@tests.example`}, now(), now()) returning id`;
			if (!person) throw new Error('Nobody was made.');
			await owner`insert into auth.sessions (id, user_id, created_at) values (gen_random_uuid(), ${person.id}, now())`;
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

		/** An organization with these owners and members. */
		async function makePlace(owners: string[], members: string[] = []): Promise<string> {
			const [place] = await owner<
				{ id: string }[]
			>`insert into public.organizations (name) values ('Place') returning id`;
			if (!place) throw new Error('Nothing was made.');
			for (const id of [...owners, ...members]) {
				await owner`insert into public.memberships (organization_id, user_id, role)
				values (${place.id}, ${id}, ${owners.includes(id) ? 'owner' : 'member'})`;
			}
			return place.id;
		}

		async function listMembers(place: string): Promise<string[]> {
			const rows = await owner<{ user_id: string; role: string }[]>`
			select user_id, role from public.memberships where organization_id = ${place}`;
			return rows.map(({ user_id, role }) => `${user_id} ${role}`);
		}

		/** Holds everybody at the lock on the organization until all have come, so that they really meet. `meanwhile` happens then. */
		async function allAtOnce(
			place: string,
			calls: (() => Promise<Outcome>)[],
			meanwhile: string[] = [],
		): Promise<Outcome[]> {
			const gate = await owner.reserve();
			await gate`begin`;
			await gate`select from public.organizations where id = ${place} for update`;
			const running = calls.map((call) => call());
			for (let waiting = 0; waiting < calls.length;) {
				const [row] = await gate<{ waiting: number }[]>`
				select count(distinct pid)::integer as waiting from pg_locks where not granted`;
				waiting = row?.waiting ?? 0;
			}
			for (const statement of meanwhile) await gate.unsafe(statement);
			await gate`commit`;
			gate.release();
			return Promise.all(running);
		}

		const acts: Record<string, (place: string, self: string) => string> = {
			leave: (place) => `leave_organization('${place}')`,
			'become members': (place, self) => `set_member_role('${place}', '${self}', 'member')`,
			'remove themselves': (place, self) => `remove_member('${place}', '${self}')`,
		};

		test.each(Object.keys(acts))('of two owners who %s, one stays', async (act) => {
			const people = [await makePerson('a'), await makePerson('b')];
			const place = await makePlace(people);
			const tokens = await Promise.all(people.map(tokenOf));
			const outcomes = await allAtOnce(
				place,
				tokens.map((token, n) => () => callAs(token, acts[act]?.(place, people[n] ?? '') ?? '')),
			);
			expect(outcomes.sort()).toEqual(['done', 'last_owner']);
			const members = await listMembers(place);
			expect(members.filter((member) => member.endsWith('owner'))).toHaveLength(1);
		});

		test.each([
			['remove', 'no_organization'],
			['demote', 'not_owner'],
		])('of two owners who %s each other, one stays', async (act, refusal) => {
			const [a, b] = [await makePerson('a'), await makePerson('b')];
			const place = await makePlace([a, b]);
			const call = (id: string) =>
				act === 'remove'
					? `remove_member('${place}', '${id}')`
					: `set_member_role('${place}', '${id}', 'member')`;
			const [tokenA, tokenB] = [await tokenOf(a), await tokenOf(b)];
			const outcomes = await allAtOnce(place, [
				() => callAs(tokenA, call(b)),
				() => callAs(tokenB, call(a)),
			]);
			expect(outcomes.sort()).toEqual(['done', refusal]);
		});

		test('of twenty people who use one link, one comes in', async () => {
			const boss = await makePerson('boss');
			const place = await makePlace([boss]);
			const secret = 'a'.repeat(32);
			await owner`insert into public.invitations (organization_id, role, secret_hash, created_by)
			values (${place}, 'member', encode(sha256(${secret}::bytea), 'hex'), ${boss})`;
			const tokens = [];
			for (let n = 0; n < 19; n += 1) tokens.push(await tokenOf(await makePerson(`p${n}`)));
			const outcomes = await allAtOnce(
				place,
				tokens.map((token) => () => callAs(token, `accept_invitation('${secret}')`)),
			);
			expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
			expect(new Set(outcomes)).toEqual(new Set(['done', 'invitation_used']));
			expect(await listMembers(place)).toHaveLength(2);
		});

		test('two owners who delete their accounts leave the organization to the member who stays', async () => {
			const [a, b, c] = [await makePerson('a'), await makePerson('b'), await makePerson('c')];
			const place = await makePlace([a, b], [c]);
			const tokens = [await tokenOf(a), await tokenOf(b)];
			const outcomes = await allAtOnce(
				place,
				tokens.map((token) => () => callAs(token, 'delete_my_account()')),
			);
			expect(outcomes).toEqual(['done', 'done']);
			expect(await listMembers(place)).toEqual([`${c} owner`]);
		});

		test('the last two members who delete their accounts leave nothing', async () => {
			const [a, b] = [await makePerson('a'), await makePerson('b')];
			const place = await makePlace([a, b]);
			const tokens = [await tokenOf(a), await tokenOf(b)];
			const outcomes = await allAtOnce(
				place,
				tokens.map((token) => () => callAs(token, 'delete_my_account()')),
			);
			expect(outcomes).toEqual(['done', 'done']);
			expect(await owner`select from public.organizations where id = ${place}`).toHaveLength(0);
		});

		test('an owner who leaves while the other deletes their account: one of both, and nobody waits in a circle', async () => {
			const [a, b, c] = [await makePerson('a'), await makePerson('b'), await makePerson('c')];
			const place = await makePlace([a, b], [c]);
			const [tokenA, tokenB] = [await tokenOf(a), await tokenOf(b)];
			const outcomes = await allAtOnce(place, [
				() => callAs(tokenA, 'delete_my_account()'),
				() => callAs(tokenB, `leave_organization('${place}')`),
			]);
			expect(outcomes[0]).toBe('done');
			expect(['done', 'last_owner']).toContain(outcomes[1]);
			expect(await listMembers(place)).toContain(
				outcomes[1] === 'done' ? `${c} owner` : `${b} owner`,
			);
		});

		const invite = (place: string) =>
			`invite_to_organization('${place}', 'member', 'ann@tests.example')`;

		const losses = {
			suspended: 'update public.users set suspended_at = now() where id =',
			'signed out': 'delete from auth.sessions where user_id =',
		};

		test.each(Object.entries(losses))(
			'who is %s while they wait does nothing any more',
			async (_, loss) => {
				const [a, b, c] = [await makePerson('a'), await makePerson('b'), await makePerson('c')];
				const place = await makePlace([a], [b]);
				const secret = 'a'.repeat(32);
				await owner`insert into public.invitations (organization_id, role, secret_hash, created_by)
					values (${place}, 'owner', encode(sha256(${secret}::text::bytea), 'hex'), ${a})`;
				const [owns, comes] = [await tokenOf(a), await tokenOf(c)];
				const outcomes = await allAtOnce(
					place,
					[
						() => callAs(owns, `remove_member('${place}', '${b}')`),
						() => callAs(comes, `accept_invitation('${secret}')`),
					],
					[`${loss} '${a}'`, `${loss} '${c}'`],
				);
				expect(outcomes).toEqual(['42501', '42501']);
				expect((await listMembers(place)).sort()).toEqual([`${a} owner`, `${b} member`].sort());
			},
		);

		const begun = {
			'whose account is being deleted': 'select from auth.users where id = $ for update',
			'who deletes what they were told': 'delete from public.notifications where user_id = $',
		};
		test.each(
			Object.entries(begun).flatMap(
				([who, hold]) =>
					[
						[
							who,
							'deletes the organization',
							hold,
							(place: string) => `delete_organization('${place}', 'Place')`,
						],
						[who, 'invites them again', hold, (place: string) => invite(place)],
					] as const,
			),
		)('nobody %s is waited for by who %s', async (_, __, hold, call) => {
			const [boss, ann] = [await makePerson('boss'), await makePerson('ann')];
			const place = await makePlace([boss]);
			const token = await tokenOf(boss);
			expect(await callAs(token, invite(place))).toBe('done');
			expect(await owner`select from public.notifications where user_id = ${ann}`).toHaveLength(1);
			const gate = await owner.reserve();
			await gate`begin`;
			await gate.unsafe(hold.replace('$', `'${ann}'`));
			let outcome: Outcome | undefined;
			const calling = callAs(token, call(place)).then((came) => {
				outcome = came;
			});
			let waits = false;
			while (!waits && outcome === undefined) {
				waits = (await gate`select from pg_locks where not granted`).length > 0;
			}
			await gate`commit`;
			gate.release();
			await calling;
			expect({ outcome, waits }).toEqual({ outcome: 'done', waits: false });
		});

		test("an owner who is removed while they revoke another's link revokes none", async () => {
			const [a, b] = [await makePerson('a'), await makePerson('b')];
			const place = await makePlace([a, b]);
			const [link] = await owner<{ id: string }[]>`
			insert into public.invitations (organization_id, role, secret_hash, created_by)
			values (${place}, 'member', repeat('0', 64), ${b}) returning id`;
			const token = await tokenOf(a);

			const gate = await owner.reserve();
			await gate`begin`;
			await gate`delete from public.memberships where user_id = ${a}`;
			let outcome: Outcome | undefined;
			const revoking = callAs(token, `revoke_invitation('${link?.id}')`).then((came) => {
				outcome = came;
			});
			for (let waiting = 0; waiting === 0 && outcome === undefined;) {
				const [row] = await gate<{ waiting: number }[]>`
				select count(*)::integer as waiting from pg_locks where not granted`;
				waiting = row?.waiting ?? 0;
			}
			await gate`commit`;
			gate.release();
			await revoking;
			expect(outcome).toBe('no_organization');
		});
	},
);
