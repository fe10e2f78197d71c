import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import { inWords } from './in-words.ts';
import type { NewModel } from './models.schema.ts';
import { parseState, type State } from './states.ts';
import { stopOpenTrainings } from './trainings.service.ts';

export type ModelEntry = {
	id: string;
	name: string;
	target: string;
	/** How the training that was started last is going. */
	last: { state: State; progress: number; accuracy: number | null } | null;
};

export type Model = { id: string; name: string; target: string; datasetId: string | null };

const refusals = {
	'42501': 'Only your own models can be changed. Open one of yours, or log in again.',
	'23503': 'This dataset has been deleted. Choose another one.',
};

/** Admins see everybody's; these are one person's own. */
export async function listModels(client: Client, userId: string): Promise<ModelEntry[]> {
	const rows = await answerOf(
		client
			.from('ai_models')
			.select('id, name, target, training_jobs (state, progress, accuracy)')
			.eq('user_id', userId)
			.order('created_at', { ascending: false })
			.order('created_at', { referencedTable: 'training_jobs', ascending: false })
			.limit(1, { referencedTable: 'training_jobs' }),
	);
	return rows.map(({ id, name, target, training_jobs: [last] }) => ({
		id,
		name,
		target,
		last: last ? { ...last, state: parseState(last.state) } : null,
	}));
}

export async function findModel(client: Client, userId: string, id: string): Promise<Model | null> {
	const row = await answerOf(
		client
			.from('ai_models')
			.select('id, name, target, dataset_id')
			.eq('id', id)
			.eq('user_id', userId)
			.maybeSingle(),
	);
	return row && { id: row.id, name: row.name, target: row.target, datasetId: row.dataset_id };
}

export async function createModel(client: Client, model: NewModel): Promise<string> {
	const { name, target, datasetId: dataset_id } = model;
	const insert = client.from('ai_models').insert({ name, target, dataset_id });
	return (await inWords(answerOf(insert.select('id').single()), refusals)).id;
}

export async function updateModel(
	client: Client,
	id: string,
	{ name, target, datasetId }: { name: string; target: string; datasetId: string | null },
): Promise<void> {
	const update = client.from('ai_models').update({ name, target, dataset_id: datasetId });
	await inWords(answerOf(update.eq('id', id)), refusals);
}

/**
 * The model goes with its trainings. Those that are not over are stopped first: a worker takes the job before the
 * training, and a delete the other way round could meet it half-way.
 */
export async function deleteModel(client: Client, id: string): Promise<void> {
	await stopOpenTrainings(client, id);
	await answerOf(client.from('ai_models').delete().eq('id', id));
}
