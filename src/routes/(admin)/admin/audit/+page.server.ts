import { redirect } from '@sveltejs/kit';
import { auditQueryString, parseAuditQuery } from '$lib/features/admin/audit-query.ts';
import { listAudit } from '$lib/features/admin/audit.service.ts';
import { hasEmpty } from '$lib/features/admin/query.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseAuditQuery(url.searchParams);
	if (hasEmpty(url.searchParams)) redirect(303, `?${auditQueryString(query)}`);
	return { query, audit: await showOrFail(listAudit(locals.supabase, query)) };
};
