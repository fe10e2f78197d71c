import type { RequestEvent } from '@sveltejs/kit';
import { showOrFail } from '../../show-or-fail.ts';
import { findDataset, listDatasets } from './datasets.service.ts';
import type { Input } from './encoding.ts';
import { requirePerson } from '../../require-person.server.ts';
import { requireModel } from './models.server.ts';
import { findPoints, findTrained, listTrainings, type Training } from './trainings.service.ts';

/** More curves than that in one chart cannot be told apart. */
const mostCompared = 3;

/** Everything that the page of a model shows. `?run=` names the trainings whose curves are compared. */
export async function loadModelPage(event: Pick<RequestEvent, 'locals' | 'url'>, id: string) {
	const { supabase } = event.locals;
	const model = await requireModel(event, id);
	return showOrFail(
		(async () => {
			const [trainings, datasets, dataset] = await Promise.all([
				listTrainings(supabase, id),
				listDatasets(supabase, requirePerson(event).id),
				model.datasetId ? findDataset(supabase, model.datasetId) : null,
			]);
			const shown = chooseShown(trainings, event.url.searchParams.getAll('run'));
			const done = trainings.find(({ state }) => state === 'done');
			const tried = shown.find(({ state }) => state === 'done') ?? done;
			const [points, trained] = await Promise.all([
				findPoints(
					supabase,
					shown.map((training) => training.id),
				),
				tried ? findTrained(supabase, tried.id) : null,
			]);
			return {
				model,
				dataset,
				datasets: datasets.map(({ id, name, rows }) => ({ id, name, rows })),
				trainings,
				shown: shown.map((training) => ({ ...training, points: points[training.id] ?? [] })),
				tryIt:
					tried && trained
						? { training: tried.id, target: tried.target, fields: fieldsOf(trained.inputs) }
						: null,
			};
		})(),
	);
}

/** Those that were asked for, or the newest one. */
function chooseShown(trainings: Training[], asked: string[]): Training[] {
	const chosen = trainings.filter(({ id }) => asked.includes(id)).slice(0, mostCompared);
	return chosen.length > 0 ? chosen : trainings.slice(0, 1);
}

function fieldsOf(inputs: Input[]) {
	return inputs.map((input, index) => ({
		name: `input_${index}`,
		label: input.name,
		/** What is usual, as an example; the values, where there is a choice. */
		example: input.kind === 'number' ? shortened(input.mean) : null,
		values: input.kind === 'text' ? input.values.filter((value) => value !== '').sort() : null,
	}));
}

function shortened(number: number): string {
	return String(Number(number.toPrecision(3)));
}
