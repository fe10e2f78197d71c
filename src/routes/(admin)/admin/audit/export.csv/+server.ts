import { csvFile } from '$lib/csv/write.ts';
import { parseAuditQuery } from '$lib/features/admin/audit-query.ts';
import { eachAuditPage, type AuditLine } from '$lib/features/admin/audit.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

const columns = [
	'id',
	'at',
	'act',
	'via',
	'actor_id',
	'actor_email',
	'subject_id',
	'subject_email',
	'reason',
	'request_id',
] as const satisfies (keyof AuditLine)[];

export const GET: RequestHandler = async ({ locals, url }) => {
	const query = parseAuditQuery(url.searchParams);
	async function* pages() {
		for await (const lines of eachAuditPage(locals.supabase, query)) {
			yield lines.map((line) => [
				...columns.map((name) => line[name]),
				JSON.stringify(line.before),
				JSON.stringify(line.after),
			]);
		}
	}
	return showOrFail(csvFile('audit.csv', [...columns, 'before', 'after'], pages()));
};
