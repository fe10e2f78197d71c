import { parseHistoryQuery } from '$lib/features/imports/imports.schema.ts';
import { listImports } from '$lib/features/imports/imports.service.ts';
import { listNames } from '$lib/features/imports/workplace.server.ts';
import { findActive } from '$lib/features/organizations/active.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const query = parseHistoryQuery(event.url.searchParams);
	const workplace = findActive(event);
	if (!workplace) return { workplace, query, imports: [], further: false, names: {} };
	const [listed, names] = await Promise.all([
		showOrFail(listImports(event.locals.supabase, workplace.id, query)),
		listNames(event, workplace.id),
	]);
	return { workplace, query, ...listed, names, now: new Date() };
};
