/** What a person asks for many times at the same moment, each over a connection of its own, as the data API has them. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRaces, type Race } from '../support/races.ts';

const races = await startRaces();
afterAll(() => races?.stop());

describe.skipIf(!races)('cards, on PostgreSQL in the shape of a hosted project', () => {
	let race: Race;
	let ann: string;

	beforeEach(async () => {
		if (!races) throw new Error('There is no PostgreSQL on this machine.');
		race = await races.open();
		ann = await race.makePerson('ann');
	});
	afterEach(() => race.close());

	const create = () => race.call('secret key', `create_studio_job('${ann}', 'A card', '{}')`);

	test('of twelve asked for at once, five are made', async () => {
		const outcomes = await race.meet(
			`select from public.users where id = '${ann}' for no key update`,
			Array<typeof create>(12).fill(create),
		);
		expect(outcomes.sort()).toEqual([
			...Array<string>(5).fill('done'),
			...Array<string>(7).fill('too_many_cards'),
		]);
		expect(await race.owner`select from public.studio_jobs`).toHaveLength(5);
		expect(await race.owner`select from private.jobs where kind = 'studio.card'`).toHaveLength(5);
	});

	test('one takes the account before the profile, as its deletion does', async () => {
		const outcomes = await race.meet('select from auth.users for update', [create], (holder) =>
			holder.unsafe('select from public.users for update nowait'),
		);
		expect(outcomes).toEqual(['done']);
	});
});
