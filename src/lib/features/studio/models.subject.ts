import * as v from 'valibot';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Subject } from './subject.ts';

const curve = v.array(v.object({ loss: v.pipe(v.number(), v.finite(), v.minValue(0)) }));
const uuid = v.pipe(v.string(), v.uuid());

/** All that the studio knows of models: what a card shows of a training that is done. */
export const training: Subject = {
	kind: 'training',
	async listChoices(client, person) {
		const trainings = await answerOf(
			client
				.from('training_jobs')
				.select('id, target, accuracy, ai_models(name)')
				// An admin can read everybody's.
				.eq('user_id', person.id)
				.eq('state', 'done')
				.order('finished_at', { ascending: false })
				.limit(20),
		);
		return trainings.map(({ id, target, accuracy, ai_models: model }) => ({
			value: `training/${id}`,
			label: model.name,
			hint: `Predicts ${target}, ${((accuracy ?? 0) * 100).toFixed(1)} % accurate`,
		}));
	},
	async findCard(client, person, id) {
		if (!v.is(uuid, id)) return null;
		const [training] = await answerOf(
			client
				.from('training_jobs')
				.select('target, accuracy, epoch, metrics, finished_at, ai_models(name)')
				.eq('id', id)
				.eq('user_id', person.id)
				.eq('state', 'done'),
		);
		if (!training?.finished_at) return null;
		return {
			kind: 'model',
			name: training.ai_models.name,
			predicts: training.target,
			accuracy: training.accuracy ?? 0,
			loss: v.parse(curve, training.metrics).map(({ loss }) => loss),
			rounds: training.epoch,
			by: person.name,
			trained: training.finished_at,
		};
	},
};
