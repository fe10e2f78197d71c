import { act } from '$lib/act.server.ts';
import { buttonSchema } from '$lib/features/imports/imports.schema.ts';
import { cancelImport, undoImport } from '$lib/features/imports/imports.service.ts';
import { listNames, requireImport } from '$lib/features/imports/workplace.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => {
	const shown = await requireImport(event, event.params.id);
	const names = await listNames(event, shown.organization_id);
	const by = shown.created_by === null ? null : (names[shown.created_by] ?? null);
	return { shown, by, now: new Date() };
};

export const actions: Actions = {
	cancel: act(buttonSchema, async (event: RequestEvent) => {
		await requireImport(event, event.params.id);
		const cancelled = await cancelImport(event.locals.supabase, event.params.id);
		return cancelled
			? { text: 'The import is cancelled. What it has stored stays.' }
			: { kind: 'info', text: 'It was over already.' };
	}),
	undo: act(buttonSchema, async (event: RequestEvent) => {
		await requireImport(event, event.params.id);
		await undoImport(event.locals.supabase, event.params.id);
		return { text: 'The import is being undone.' };
	}),
};
