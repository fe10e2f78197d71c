/** What happens to a person while their training is being started, over two connections. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRaces, type Race, type Token } from '../support/races.ts';

const races = await startRaces();
afterAll(() => races?.stop());

describe.skipIf(!races)('a training, on PostgreSQL in the shape of a hosted project', () => {
	let race: Race;
	let person: string;
	let model: string;

	beforeEach(async () => {
		if (!races) throw new Error('There is no PostgreSQL on this machine.');
		race = await races.open();
		person = await race.makePerson('ann');
		const [made] = await race.owner<{ id: string }[]>`
			with dataset as (
				insert into public.datasets (user_id, name, content, columns, row_count)
				values (${person}, 'Flowers', 'a,b', '[]', 1) returning id
			)
			insert into public.ai_models (user_id, name, target, dataset_id)
			select ${person}, 'Kinds', 'b', id from dataset returning id`;
		model = made?.id ?? '';
	});
	afterEach(() => race.close());

	/** Does this while the first of two, as a list sent to the data API, waits for its place. */
	async function startWhile(change: string): Promise<unknown> {
		const token = await race.tokenOf(person);
		const [answer] = await race.meet(
			`select pg_advisory_xact_lock(hashtextextended('private.limit_models ' || '${person}', 0))`,
			[
				() =>
					race.ask(
						token,
						`insert into public.training_jobs (model_id) select '${model}' from generate_series(1, 2) returning 'started'`,
					),
			],
			(holder) => holder.unsafe(change),
		);
		return answer;
	}

	const left = () => race.owner`
		select from public.training_jobs union all select from private.jobs`;

	test('starts when nothing happens meanwhile', async () => {
		expect(await startWhile('')).toBe('started');
		expect(await left()).toHaveLength(4);
	});

	test('is not started for who is suspended meanwhile', async () => {
		const code = await startWhile(
			`update public.users set suspended_at = now() where id = '${person}'`,
		);
		expect(code).toBe('42501');
		expect(await left()).toHaveLength(0);
	});

	test('is not started for who is signed out meanwhile', async () => {
		const code = await startWhile(`delete from auth.sessions where user_id = '${person}'`);
		expect(code).toBe('42501');
		expect(await left()).toHaveLength(0);
	});

	test('is not started on a dataset that is deleted meanwhile', async () => {
		const code = await startWhile('delete from public.datasets');
		expect(code).toBe('no_dataset');
		expect(await left()).toHaveLength(0);
	});

	const orders = {
		'a model takes the account first': [
			'delete from public.ai_models',
			'auth.users',
			'public.ai_models',
		],
		'a model takes the jobs of its trainings first': [
			'delete from public.ai_models',
			'private.jobs',
			'public.training_jobs',
		],
		'a training takes its job first': [
			'delete from public.training_jobs',
			'private.jobs',
			'public.training_jobs',
		],
	} as const;
	test.each(
		Object.entries(orders).flatMap(([what, order]) =>
			(['is not over', 'was given up'] as const).map((state) => [what, state, ...order] as const),
		),
	)('who deletes %s, when one %s', async (_, state, act, first, second) => {
		await race.owner`insert into public.training_jobs (user_id, model_id) values (${person}, ${model})`;
		if (state === 'was given up') await race.owner`update private.jobs set failed_at = now()`;
		const token = await race.tokenOf(person);
		await race.meet(`select from ${first} for update`, [() => race.ask(token, act)], (holder) =>
			holder.unsafe(`select from ${second} for update nowait`),
		);
		expect(await left()).toHaveLength(0);
	});

	const deletions = {
		'signed out and tries to delete a model takes no job': async (token: Token) => {
			await race.owner`delete from auth.sessions`;
			return race.ask(token, 'delete from public.ai_models');
		},
		'an admin takes no job of their own with an account that they delete': async (token: Token) => {
			await race.owner`update public.users set role = 'admin' where id = ${person}`;
			const other = await race.makePerson('other');
			await race.owner`insert into public.ai_models (user_id, name, target) values (${other}, 'Kinds', 'b')`;
			return race.call(token, `admin_delete_user('${other}', 'other@tests.example')`);
		},
	};
	test.each(Object.entries(deletions))('who is %s', async (_, act) => {
		await race.owner`insert into public.training_jobs (user_id, model_id) values (${person}, ${model})`;
		const token = await race.tokenOf(person);
		await race.pass('select from private.jobs for update', () => act(token));
		expect(await race.owner`select from private.jobs`).toHaveLength(1);
	});

	test('nobody waits for who deletes what they were told, when their list is full', async () => {
		await race.owner`insert into public.notifications (user_id, kind, data)
			select ${person}, 'test.race', '{}' from generate_series(1, 500)`;
		await race.pass('select from public.notifications for update', () =>
			race.ask('secret key', `select private.notify('${person}', 'test.race', '{}')`),
		);
		expect(await race.owner`select from public.notifications`).toHaveLength(501);
	});

	test('nobody waits for an account that is being deleted to tell it something', async () => {
		await race.owner`insert into public.training_jobs (user_id, model_id) values (${person}, ${model})`;
		const [job] = await race.owner<{ id: string; token: string }[]>`
			select id, token from public.claim_jobs('w', array['models.train'], 1, 300)`;
		const outcome = await race.pass('select from auth.users for update', () =>
			race.call('secret key', `fail_job(${job?.id}, ${job?.token}, 'x', true)`),
		);
		expect(outcome).toBe('done');
		expect(await race.owner`select from public.training_jobs where state = 'failed'`).toHaveLength(
			1,
		);
	});
});
