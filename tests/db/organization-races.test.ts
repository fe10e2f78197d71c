/** What several people do to one organization at the same moment, each over a connection of their own. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRaces, type Race } from '../support/races.ts';

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

		/** An organization with these owners and members. */
		async function makePlace(owners: string[], members: string[] = []): Promise<string> {
			const [place] = await race.owner<
				{ id: string }[]
			>`insert into public.organizations (name) values ('Place') returning id`;
			if (!place) throw new Error('Nothing was made.');
			for (const id of [...owners, ...members]) {
				await race.owner`insert into public.memberships (organization_id, user_id, role)
				values (${place.id}, ${id}, ${owners.includes(id) ? 'owner' : 'member'})`;
			}
			return place.id;
		}

		async function listMembers(place: string): Promise<string[]> {
			const rows = await race.owner<{ user_id: string; role: string }[]>`
			select user_id, role from public.memberships where organization_id = ${place}`;
			return rows.map(({ user_id, role }) => `${user_id} ${role}`);
		}

		/** All of them at the lock on the organization. `meanwhile` happens then. */
		const meet = (place: string, calls: (() => Promise<string>)[], meanwhile: string[] = []) =>
			race.meet(
				`select from public.organizations where id = '${place}' for update`,
				calls,
				(holder) => holder.unsafe(meanwhile.join(';')),
			);

		const acts: Record<string, (place: string, self: string) => string> = {
			leave: (place) => `leave_organization('${place}')`,
			'become members': (place, self) => `set_member_role('${place}', '${self}', 'member')`,
			'remove themselves': (place, self) => `remove_member('${place}', '${self}')`,
		};

		test.each(Object.keys(acts))('of two owners who %s, one stays', async (act) => {
			const people = [await race.makePerson('a'), await race.makePerson('b')];
			const place = await makePlace(people);
			const tokens = await Promise.all(people.map(race.tokenOf));
			const outcomes = await meet(
				place,
				tokens.map((token, n) => () => race.call(token, acts[act]?.(place, people[n] ?? '') ?? '')),
			);
			expect(outcomes.sort()).toEqual(['done', 'last_owner']);
			const members = await listMembers(place);
			expect(members.filter((member) => member.endsWith('owner'))).toHaveLength(1);
		});

		test.each([
			['remove', 'no_organization'],
			['demote', 'not_owner'],
		])('of two owners who %s each other, one stays', async (act, refusal) => {
			const [a, b] = [await race.makePerson('a'), await race.makePerson('b')];
			const place = await makePlace([a, b]);
			const call = (id: string) =>
				act === 'remove'
					? `remove_member('${place}', '${id}')`
					: `set_member_role('${place}', '${id}', 'member')`;
			const [tokenA, tokenB] = [await race.tokenOf(a), await race.tokenOf(b)];
			const outcomes = await meet(place, [
				() => race.call(tokenA, call(b)),
				() => race.call(tokenB, call(a)),
			]);
			expect(outcomes.sort()).toEqual(['done', refusal]);
		});

		test('of twenty people who use one link, one comes in', async () => {
			const boss = await race.makePerson('boss');
			const place = await makePlace([boss]);
			const secret = 'a'.repeat(32);
			await race.owner`insert into public.invitations (organization_id, role, secret_hash, created_by)
			values (${place}, 'member', encode(sha256(${secret}::bytea), 'hex'), ${boss})`;
			const tokens = [];
			for (let n = 0; n < 19; n += 1)
				tokens.push(await race.tokenOf(await race.makePerson(`p${n}`)));
			const outcomes = await meet(
				place,
				tokens.map((token) => () => race.call(token, `accept_invitation('${secret}')`)),
			);
			expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
			expect(new Set(outcomes)).toEqual(new Set(['done', 'invitation_used']));
			expect(await listMembers(place)).toHaveLength(2);
		});

		test('two owners who delete their accounts leave the organization to the member who stays', async () => {
			const [a, b, c] = [
				await race.makePerson('a'),
				await race.makePerson('b'),
				await race.makePerson('c'),
			];
			const place = await makePlace([a, b], [c]);
			const tokens = [await race.tokenOf(a), await race.tokenOf(b)];
			const outcomes = await meet(
				place,
				tokens.map((token) => () => race.call(token, 'delete_my_account()')),
			);
			expect(outcomes).toEqual(['done', 'done']);
			expect(await listMembers(place)).toEqual([`${c} owner`]);
		});

		test('the last two members who delete their accounts leave nothing', async () => {
			const [a, b] = [await race.makePerson('a'), await race.makePerson('b')];
			const place = await makePlace([a, b]);
			const tokens = [await race.tokenOf(a), await race.tokenOf(b)];
			const outcomes = await meet(
				place,
				tokens.map((token) => () => race.call(token, 'delete_my_account()')),
			);
			expect(outcomes).toEqual(['done', 'done']);
			expect(await race.owner`select from public.organizations where id = ${place}`).toHaveLength(
				0,
			);
		});

		test('an owner who leaves while the other deletes their account: one of both, and nobody waits in a circle', async () => {
			const [a, b, c] = [
				await race.makePerson('a'),
				await race.makePerson('b'),
				await race.makePerson('c'),
			];
			const place = await makePlace([a, b], [c]);
			const [tokenA, tokenB] = [await race.tokenOf(a), await race.tokenOf(b)];
			const outcomes = await meet(place, [
				() => race.call(tokenA, 'delete_my_account()'),
				() => race.call(tokenB, `leave_organization('${place}')`),
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
				const [a, b, c] = [
					await race.makePerson('a'),
					await race.makePerson('b'),
					await race.makePerson('c'),
				];
				const place = await makePlace([a], [b]);
				const secret = 'a'.repeat(32);
				await race.owner`insert into public.invitations (organization_id, role, secret_hash, created_by)
					values (${place}, 'owner', encode(sha256(${secret}::text::bytea), 'hex'), ${a})`;
				const [owns, comes] = [await race.tokenOf(a), await race.tokenOf(c)];
				const outcomes = await meet(
					place,
					[
						() => race.call(owns, `remove_member('${place}', '${b}')`),
						() => race.call(comes, `accept_invitation('${secret}')`),
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
			const [boss, ann] = [await race.makePerson('boss'), await race.makePerson('ann')];
			const place = await makePlace([boss]);
			const token = await race.tokenOf(boss);
			expect(await race.call(token, invite(place))).toBe('done');
			expect(
				await race.owner`select from public.notifications where user_id = ${ann}`,
			).toHaveLength(1);
			const outcome = await race.pass(hold.replace('$', `'${ann}'`), () =>
				race.call(token, call(place)),
			);
			expect(outcome).toBe('done');
		});

		test("an owner who is removed while they revoke another's link revokes none", async () => {
			const [a, b] = [await race.makePerson('a'), await race.makePerson('b')];
			const place = await makePlace([a, b]);
			const [link] = await race.owner<{ id: string }[]>`
			insert into public.invitations (organization_id, role, secret_hash, created_by)
			values (${place}, 'member', repeat('0', 64), ${b}) returning id`;
			const token = await race.tokenOf(a);
			const outcomes = await race.meet(`delete from public.memberships where user_id = '${a}'`, [
				() => race.call(token, `revoke_invitation('${link?.id}')`),
			]);
			expect(outcomes).toEqual(['no_organization']);
		});

		test('an owner takes their own account before the organization, as its deletion does', async () => {
			const boss = await race.makePerson('boss');
			const place = await makePlace([boss]);
			const token = await race.tokenOf(boss);
			const outcomes = await race.meet(
				`select from auth.users where id = '${boss}' for update`,
				[() => race.call(token, invite(place))],
				(holder) => holder`select from public.organizations for no key update nowait`,
			);
			expect(outcomes).toEqual(['done']);
		});

		test.each(['created_by', 'used_by'])(
			'an account takes the organizations before the invitations that have it as %s',
			async (column) => {
				const [a, b] = [await race.makePerson('a'), await race.makePerson('b')];
				const place = await makePlace([a]);
				await race.owner`insert into public.invitations (organization_id, role, secret_hash)
					values (${place}, 'member', repeat('0', 64))`;
				await race.owner`update public.invitations set ${race.owner(column)} = ${b}`;
				const token = await race.tokenOf(b);
				const outcomes = await race.meet(
					`select from public.organizations where id = '${place}' for update`,
					[() => race.call(token, 'delete_my_account()')],
					(holder) => holder`select from public.invitations for update nowait`,
				);
				expect(outcomes).toEqual(['done']);
			},
		);
	},
);
