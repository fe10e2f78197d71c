import { act } from '$lib/act.server.ts';
import { deleteDataset, listDatasets } from '$lib/features/models/datasets.service.ts';
import { datasetSchema } from '$lib/features/models/models.schema.ts';
import { listModels } from '$lib/features/models/models.service.ts';
import { requirePerson } from '$lib/require-person.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
	const { id } = requirePerson(event);
	const { supabase } = event.locals;
	const [models, datasets] = await showOrFail(
		Promise.all([listModels(supabase, id), listDatasets(supabase, id)]),
	);
	return { models, datasets };
};

export const actions: Actions = {
	deleteDataset: act(datasetSchema, async ({ locals }: RequestEvent, { dataset }) => {
		await deleteDataset(locals.supabase, dataset);
		return { text: 'The dataset is deleted. What was learned from it stays.' };
	}),
};
