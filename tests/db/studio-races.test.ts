/** What a person asks for many times at the same moment, each over a connection of its own, as the data API has them. */
import { afterAll, describe, expect, test } from 'vitest';
import { startRaces } from '../support/races.ts';

const races = await startRaces();
afterAll(() => races?.stop());

describe.skipIf(!races)('cards, on PostgreSQL in the shape of a hosted project', () => {
	test('of twelve asked for at once, five are made', async () => {
		if (!races) throw new Error('There is no PostgreSQL on this machine.');
		const race = await races.open();
		const ann = await race.makePerson('ann');
		const outcomes = await race.meet(
			`select from public.users where id = '${ann}' for no key update`,
			Array.from(
				{ length: 12 },
				() => () => race.call('secret key', `create_studio_job('${ann}', 'A card', '{}')`),
			),
		);
		expect(outcomes.sort()).toEqual([
			...Array<string>(5).fill('done'),
			...Array<string>(7).fill('too_many_cards'),
		]);
		expect(await race.owner`select from public.studio_jobs`).toHaveLength(5);
		expect(await race.owner`select from private.jobs where kind = 'studio.card'`).toHaveLength(5);
		await race.close();
	});
});
