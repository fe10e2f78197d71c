/** Cards of trainings, with the tables of models: what is copied onto a card, and whose training it may be. */
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cardSchema } from '../../src/lib/features/studio/card.schema.ts';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { accountOf, confirm } from './journey.ts';
import { expectSays } from './outcome.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

/** A training that is done, as the worker leaves it. */
async function train(email: string): Promise<string> {
	const owner = await accountOf(stage, email);
	const [dataset] = await stage.sql<{ id: string }>(
		`insert into public.datasets (user_id, name, content, columns, row_count) values ($1, 'Irises', 'a', '[]', 1) returning id`,
		[owner],
	);
	const [model] = await stage.sql<{ id: string }>(
		`insert into public.ai_models (user_id, name, target, dataset_id) values ($1, 'Iris sorter', 'species', $2) returning id`,
		[owner, dataset?.id],
	);
	const [training] = await stage.sql<{ id: string }>(
		`insert into public.training_jobs (user_id, model_id, epochs) values ($1, $2, 2) returning id`,
		[owner, model?.id],
	);
	await stage.sql(
		`update public.training_jobs set state = 'done', progress = 1, epoch = 2, accuracy = 0.973, loss = 0.2,
			metrics = '[{"epoch": 1, "loss": 0.6}, {"epoch": 2, "loss": 0.2}]', result = '{}', finished_at = '2026-11-21T10:00:00Z'
		where id = $1`,
		[training?.id],
	);
	return training?.id ?? '';
}

it('a card of a training holds what its owner can see of it, and stays when the model goes', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const subject = `training/${await train(person.email)}`;
	const page = await visitor.get('/studio');
	expectSays(page, 'Iris sorter');
	expect(page.html).toContain(subject);
	expect((await visitor.submit('/studio', { subject })).status).toBe(303);
	await stage.sql('delete from public.ai_models where user_id = $1', [
		await accountOf(stage, person.email),
	]);
	const [kept] = await stage.sql<{ title: string; card: unknown }>(
		'select title, card from public.studio_jobs where user_id = $1',
		[await accountOf(stage, person.email)],
	);
	expect(kept?.title).toBe('Iris sorter');
	expect(v.parse(cardSchema, kept?.card)).toMatchObject({
		kind: 'model',
		predicts: 'species',
		accuracy: 0.973,
		loss: [0.6, 0.2],
		rounds: 2,
		by: 'Ada',
	});
});

it("nobody has a card of another's training, an admin neither", async () => {
	const [owner, admin] = [newPerson(), newPerson('Boss')];
	await confirm(stage, owner);
	const visitor = await confirm(stage, admin);
	await stage.sql(`update public.users set role = 'admin' where email = $1`, [admin.email]);
	const subject = `training/${await train(owner.email)}`;
	expect((await visitor.get('/studio')).html).not.toContain(subject);
	expect((await visitor.submit('/studio', { subject })).status).toBe(404);
	const id = await accountOf(stage, admin.email);
	expect(await stage.sql('select from public.studio_jobs where user_id = $1', [id])).toEqual([]);
});
