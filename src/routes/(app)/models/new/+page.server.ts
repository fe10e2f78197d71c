import { redirect } from '@sveltejs/kit';
import { datasetFaults } from '$lib/features/models/acts.server.ts';
import { listDatasets, takeDataset } from '$lib/features/models/datasets.service.ts';
import { newModelSchema } from '$lib/features/models/models.schema.ts';
import { createModel } from '$lib/features/models/models.service.ts';
import { sampleRows, samples } from '$lib/features/models/samples.ts';
import { parseForm } from '$lib/forms.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id } = requirePerson(event);
	const datasets = await showOrFail(listDatasets(event.locals.supabase, id));
	return {
		samples: samples.map(({ id, name, about }) => ({ id, name, about })),
		// A sample that was taken before is offered once.
		datasets: datasets.filter(
			({ name, rows }) => !samples.some((each) => each.name === name && rows === sampleRows),
		),
	};
};

export const actions: Actions = {
	default: async (event) => {
		const { id: userId } = requirePerson(event);
		const form = await parseForm(event, newModelSchema);
		if ('failure' in form) return form.failure;
		const { name } = form.data;
		const { supabase } = event.locals;
		let id;
		try {
			const choice = { ...form.data, userId, file: form.file('file') };
			const { id: datasetId, target } = await takeDataset(supabase, choice);
			id = await createModel(supabase, { name, target, datasetId });
		} catch (problem) {
			return form.refuse(problem, datasetFaults);
		}
		event.locals.log.info({ event: 'model.created', model: id });
		sayOnce(event, 'success', 'The model is made. Now start its training.');
		redirect(303, `/models/${id}`);
	},
};
