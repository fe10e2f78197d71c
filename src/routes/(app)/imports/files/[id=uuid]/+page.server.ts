import { redirect } from '@sveltejs/kit';
import { act } from '$lib/act.server.ts';
import { AppError } from '$lib/errors.ts';
import { deleteFile } from '$lib/features/imports/files.service.ts';
import {
	buttonSchema,
	isComplete,
	reviewSchema,
	toReview,
} from '$lib/features/imports/imports.schema.ts';
import { startImport } from '$lib/features/imports/imports.service.ts';
import { loadReview } from '$lib/features/imports/review-page.server.ts';
import { requireFile } from '$lib/features/imports/workplace.server.ts';
import { parseForm } from '$lib/forms.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = (event) => loadReview(event, event.params.id);

export const actions: Actions = {
	run: async (event) => {
		const file = await requireFile(event, event.params.id);
		const form = await parseForm(event, reviewSchema);
		if ('failure' in form) return form.failure;
		const review = toReview(form.data, file.header.length);
		let id;
		try {
			if (!isComplete(review)) {
				const message = 'Choose a column for the SKU and one for the name.';
				throw new AppError('mapping_invalid', 409, message);
			}
			id = await startImport(event.locals.supabase, file, review);
		} catch (problem) {
			return form.refuse(problem);
		}
		event.locals.log.info({ event: 'import.started', import: id });
		sayOnce(
			event,
			'success',
			`“${file.name}” is imported in the background. You can close this page.`,
		);
		redirect(303, `/imports/${id}`);
	},
	delete: act(buttonSchema, async (event: RequestEvent) => {
		const file = await requireFile(event, event.params.id);
		const gone = await deleteFile(event.locals.supabase, file.id);
		return gone
			? { text: `“${file.name}” is deleted. What was imported from it stays.`, to: '/imports/new' }
			: { kind: 'error', text: 'An import is reading this file. Wait for it, or cancel it.' };
	}),
};
