import { act } from '$lib/act.server.ts';
import { itemSchema } from '$lib/features/imports/inventory.schema.ts';
import { createItem } from '$lib/features/imports/inventory.service.ts';
import { requireWorkplace } from '$lib/features/imports/workplace.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = (event) => ({ workplace: requireWorkplace(event) });

export const actions: Actions = {
	default: act(
		itemSchema,
		async (event: RequestEvent, item) => {
			const workplace = requireWorkplace(event);
			await createItem(event.locals.supabase, workplace.id, item);
			return { text: `“${item.name}” is in the inventory.`, to: '/inventory' };
		},
		{ sku_taken: 'sku' },
	),
};
