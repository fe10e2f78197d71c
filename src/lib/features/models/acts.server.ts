import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { parseForm } from '../../forms.ts';
import { sayOnce } from '../../toast.server.ts';
import { predict } from './classifier.ts';
import { takeDataset } from './datasets.service.ts';
import { changeModelSchema, trainingSchema, tryFields } from './models.schema.ts';
import { requirePerson } from '../../require-person.server.ts';
import { requireModel } from './models.server.ts';
import { updateModel } from './models.service.ts';
import { findTrained } from './trainings.service.ts';

type ModelEvent = RequestEvent<{ id: string }>;

/** Which codes belong beside which field of a form for a dataset. */
export const datasetFaults = { dataset_unusable: 'source', target_unusable: 'target' };

/** Another name, dataset or column to predict. What has been learned so far stays as it is. */
export async function changeModel(event: ModelEvent) {
	const { id: userId } = requirePerson(event);
	const model = await requireModel(event, event.params.id);
	const form = await parseForm(event, changeModelSchema);
	if ('failure' in form) return form.failure;
	const { supabase } = event.locals;
	const { name, target } = form.data;
	const source = form.data.source === 'keep' ? `dataset:${model.datasetId}` : form.data.source;
	try {
		const chosen =
			source === 'dataset:null'
				? { id: null, target: model.target }
				: await takeDataset(supabase, { userId, source, target, file: form.file('file') });
		await updateModel(supabase, model.id, { name, target: chosen.target, datasetId: chosen.id });
	} catch (problem) {
		return form.refuse(problem, datasetFaults);
	}
	sayOnce(event, 'success', 'The model is changed. The next training learns what it says now.');
	redirect(303, event.url.pathname);
}

/** What a model makes of a row that somebody types. */
export async function tryModel(event: ModelEvent) {
	const copy = event.request.clone();
	const which = await parseForm(event, trainingSchema);
	if ('failure' in which) return which.failure;
	const { training } = which.data;
	let trained;
	try {
		trained = await findTrained(event.locals.supabase, training);
	} catch (problem) {
		return which.refuse(problem);
	}
	if (!trained) {
		return fail(404, {
			values: {},
			errors: {},
			message: 'This training has been deleted. Please choose another one.',
		});
	}
	const form = await parseForm({ request: copy, locals: event.locals }, tryFields(trained.inputs));
	if ('failure' in form) return form.failure;
	const typed: Record<string, string> = form.data;
	const row = Object.fromEntries(
		trained.inputs.map(({ name }, index) => [name, typed[`input_${index}`] ?? '']),
	);
	return {
		values: typed,
		errors: {},
		message: null,
		prediction: { target: trained.target, answers: predict(trained, row).slice(0, 5) },
	};
}
