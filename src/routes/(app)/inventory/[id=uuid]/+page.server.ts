import { act } from '$lib/act.server.ts';
import { buttonSchema } from '$lib/features/imports/imports.schema.ts';
import { changeSchema } from '$lib/features/imports/inventory.schema.ts';
import { deleteItem, updateItem } from '$lib/features/imports/inventory.service.ts';
import { requireItem } from '$lib/features/imports/workplace.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async (event) => ({
	item: await requireItem(event, event.params.id),
});

export const actions: Actions = {
	change: act(
		changeSchema,
		async (event: RequestEvent, { version, ...item }) => {
			await requireItem(event, event.params.id);
			await updateItem(event.locals.supabase, event.params.id, version, item);
			return { text: 'The item is changed.', to: '/inventory' };
		},
		{ sku_taken: 'sku' },
	),
	delete: act(buttonSchema, async (event: RequestEvent) => {
		const { id, name } = await requireItem(event, event.params.id);
		await deleteItem(event.locals.supabase, id);
		return { text: `“${name}” is deleted.`, to: '/inventory' };
	}),
};
