/** Who takes several jobs at the same moment, each over a connection of their own. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRaces, type Race } from '../support/races.ts';

const races = await startRaces();
afterAll(() => races?.stop());

describe.skipIf(!races)('jobs, on PostgreSQL in the shape of a hosted project', () => {
	let race: Race;
	let ann: string;

	beforeEach(async () => {
		if (!races) throw new Error('There is no PostgreSQL on this machine.');
		race = await races.open();
		ann = await race.makePerson('ann');
		// The older one comes later in the table.
		await race.owner`insert into private.jobs (id, kind, subject_id, owner_id, worker, token)
			overriding system value
			select id, 'test.race', gen_random_uuid(), ${ann}, 'w', id from unnest(array[2, 1]) as id`;
	});
	afterEach(() => race.close());

	const many = `'{2,1}', '{2,1}'`;
	const acts = {
		'a heartbeat': () => race.call('secret key', `extend_leases(${many}, 300)`),
		'who finishes': () => race.call('secret key', `finish_jobs(${many})`),
		'who gives back': () => race.call('secret key', `release_jobs(${many})`),
		'an account that is deleted': async () =>
			race.call(await race.tokenOf(ann), 'delete_my_account()'),
	};
	test.each(Object.entries(acts))('%s takes them in their order', async (_, act) => {
		const outcomes = await race.meet(
			'select from private.jobs where id = 1 for update',
			[act],
			(holder) => holder`select from private.jobs where id = 2 for update nowait`,
		);
		expect(outcomes).toEqual(['done']);
	});
});
