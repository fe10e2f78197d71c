import * as v from 'valibot';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import { trainedModel, type TrainedModel } from './classifier.ts';
import { inWords } from './in-words.ts';
import type { Start } from './models.schema.ts';
import { points, type Point } from './points.ts';
import { isOpen, parseState, type State } from './states.ts';

export type Training = {
	id: string;
	state: State;
	target: string;
	seed: number;
	epochs: number;
	note: string;
	progress: number;
	epoch: number;
	loss: number | null;
	accuracy: number | null;
	error: string | null;
	created_at: string;
	started_at: string | null;
	finished_at: string | null;
};

/** The newest first. */
export async function listTrainings(client: Client, modelId: string): Promise<Training[]> {
	const rows = await answerOf(
		client
			.from('training_jobs')
			.select(
				'id, state, target, seed, epochs, note, progress, epoch, loss, accuracy, error, created_at, started_at, finished_at',
			)
			.eq('model_id', modelId)
			.order('created_at', { ascending: false }),
	);
	return rows.map((row) => ({ ...row, state: parseState(row.state) }));
}

/** The curves of these trainings, by their ids. */
export async function findPoints(client: Client, ids: string[]): Promise<Record<string, Point[]>> {
	const rows = await answerOf(client.from('training_jobs').select('id, metrics').in('id', ids));
	return Object.fromEntries(rows.map(({ id, metrics }) => [id, v.parse(points, metrics)]));
}

/** What a training has learned; null while it has not, or when it is not there. */
export async function findTrained(client: Client, id: string): Promise<TrainedModel | null> {
	const row = await answerOf(
		client.from('training_jobs').select('result').eq('id', id).maybeSingle(),
	);
	const parsed = v.safeParse(trainedModel, row?.result);
	return parsed.success ? parsed.output : null;
}

export async function startTraining(
	client: Client,
	modelId: string,
	start: Start,
): Promise<string> {
	const insert = client.from('training_jobs').insert({ model_id: modelId, ...start });
	const { id } = await inWords(answerOf(insert.select('id').single()), {
		'42501': 'Your log-in has ended, or your account is suspended. Log in again to find out.',
		'23503':
			'This model is not yours, or it or its dataset has been deleted. Go back to your models.',
	});
	return id;
}

/** Answers whether there was anything to stop. */
export function stopTraining(client: Client, id: string): Promise<boolean> {
	return answerOf(client.rpc('stop_training', { id }));
}

export async function deleteTraining(client: Client, id: string): Promise<void> {
	await stopTraining(client, id);
	await answerOf(client.from('training_jobs').delete().eq('id', id));
}

export async function stopOpenTrainings(client: Client, modelId: string): Promise<void> {
	for (const { id, state } of await listTrainings(client, modelId)) {
		if (isOpen(state)) await stopTraining(client, id);
	}
}
