import { redirect } from '@sveltejs/kit';
import { act } from '$lib/act.server.ts';
import { changeModel, tryModel } from '$lib/features/models/acts.server.ts';
import { loadModelPage } from '$lib/features/models/model-page.server.ts';
import { buttonSchema, startSchema, trainingSchema } from '$lib/features/models/models.schema.ts';
import { requireModel } from '$lib/features/models/models.server.ts';
import { deleteModel } from '$lib/features/models/models.service.ts';
import {
	deleteTraining,
	startTraining,
	stopTraining,
} from '$lib/features/models/trainings.service.ts';
import { parseForm } from '$lib/forms.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = (event) => loadModelPage(event, event.params.id);

export const actions: Actions = {
	start: async (event) => {
		const form = await parseForm(event, startSchema);
		if ('failure' in form) return form.failure;
		try {
			const training = await startTraining(event.locals.supabase, event.params.id, form.data);
			event.locals.log.info({ event: 'training.started', training });
		} catch (problem) {
			return form.refuse(problem);
		}
		redirect(303, event.url.pathname);
	},
	stop: act(trainingSchema, async ({ locals }: RequestEvent, { training }) => {
		const stopped = await stopTraining(locals.supabase, training);
		return stopped
			? { text: 'The training is stopped.' }
			: { kind: 'info', text: 'That training was over already.' };
	}),
	deleteTraining: act(trainingSchema, async ({ locals }: RequestEvent, { training }) => {
		await deleteTraining(locals.supabase, training);
		return { text: 'The training is deleted.' };
	}),
	try: tryModel,
	change: changeModel,
	delete: act(buttonSchema, async (event: RequestEvent) => {
		const { id, name } = await requireModel(event, event.params.id);
		await deleteModel(event.locals.supabase, id);
		return { text: `“${name}” is deleted.`, to: '/models' };
	}),
};
