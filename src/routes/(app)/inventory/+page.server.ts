import { parseInventoryQuery } from '$lib/features/imports/inventory-query.ts';
import { listItems } from '$lib/features/imports/inventory.service.ts';
import { findActive } from '$lib/features/organizations/active.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const query = parseInventoryQuery(event.url.searchParams);
	const workplace = findActive(event);
	if (!workplace) return { workplace, query, items: [], further: false, first: 1 };
	const listed = await showOrFail(listItems(event.locals.supabase, workplace.id, query));
	return { workplace, query, ...listed };
};
