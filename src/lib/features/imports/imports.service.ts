import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Review } from './imports.schema.ts';
import { parseStatus, type Status } from './statuses.ts';

const columns =
	'id, organization_id, created_by, file_id, file_name, header, mapping, decimal_mark, on_known, status, lines_total, lines_done, lines_added, lines_updated, lines_skipped, lines_refused, lines_undone, details, error_code, created_at, started_at, finished_at';

export type ImportQuery = { status: Status | null; page: number };

/** A page of an organization's imports, the newest first; `further` says whether there are older ones. */
export async function listImports(
	client: Client,
	organizationId: string,
	{ status, page }: ImportQuery,
	pageSize = 20,
) {
	const from = (page - 1) * pageSize;
	let call = client
		.from('scheduled_jobs')
		.select(columns)
		.eq('organization_id', organizationId)
		.order('created_at', { ascending: false })
		.order('id')
		.range(from, from + pageSize);
	if (status) call = call.eq('status', status);
	const rows = await answerOf(call);
	return { imports: rows.slice(0, pageSize).map(toImport), further: rows.length > pageSize };
}

/** Null for one of an organization that is none of these: admins could read everybody's. */
export async function findImport(client: Client, organizationIds: string[], id: string) {
	const row = await answerOf(
		client
			.from('scheduled_jobs')
			.select(columns)
			.eq('id', id)
			.in('organization_id', organizationIds)
			.maybeSingle(),
	);
	return row && toImport(row);
}

export type Import = NonNullable<Awaited<ReturnType<typeof findImport>>>;

/** Answers its id. */
export async function startImport(
	client: Client,
	file: { id: string; organization_id: string },
	{ mapping, decimalMark, onKnown }: Review,
): Promise<string> {
	const row = {
		organization_id: file.organization_id,
		file_id: file.id,
		mapping,
		decimal_mark: decimalMark,
		on_known: onKnown,
	};
	const insert = client.from('scheduled_jobs').insert(row);
	return (await answerOf(insert.select('id').single())).id;
}

/** Answers whether there was anything to cancel. */
export function cancelImport(client: Client, id: string): Promise<boolean> {
	return answerOf(client.rpc('cancel_import', { p_job: id }));
}

export async function undoImport(client: Client, id: string): Promise<void> {
	await answerOf(client.rpc('undo_import', { p_job: id }));
}

/** The refused lines of an import, a page at a time. */
export async function* eachRefusedPage(client: Client, id: string, pageSize = 1000) {
	let after = 0;
	for (;;) {
		const lines = await answerOf(
			client.rpc('list_refused_lines', { p_job: id, p_after_line: after, p_limit: pageSize }),
		);
		yield lines;
		const last = lines.at(-1);
		if (!last || lines.length < pageSize) return;
		after = last.line;
	}
}

function toImport<Row extends { status: string }>(row: Row) {
	return { ...row, status: parseStatus(row.status) };
}
