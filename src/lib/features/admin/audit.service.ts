import type { Client } from '../../supabase/request.server.ts';
import type { Database } from '../../supabase/database.types.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { AuditQuery } from './audit-query.ts';
import { dayAfter, startOf } from './query.ts';

export type AuditLine = Database['public']['Tables']['audit_log']['Row'];
export type AuditPage = { lines: AuditLine[]; next: number | null; previous: number | null };

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A page of the log, the newest first. One line more than the page holds tells whether there are further ones. */
export async function listAudit(
	client: Client,
	query: AuditQuery,
	pageSize = 50,
): Promise<AuditPage> {
	const { act, actor, subject, from, to, after, before } = query;
	const backward = before !== null && after === null;
	let call = client
		.from('audit_log')
		.select()
		.order('id', { ascending: backward })
		.limit(pageSize + 1);
	if (act) call = call.eq('act', act);
	if (actor) call = call.eq(uuid.test(actor) ? 'actor_id' : 'actor_email', actor);
	if (subject) call = call.eq(uuid.test(subject) ? 'subject_id' : 'subject_email', subject);
	if (from) call = call.gte('at', startOf(from));
	if (to) call = call.lt('at', dayAfter(to));
	if (after !== null) call = call.lt('id', after);
	if (backward) call = call.gt('id', before);

	const read = await answerOf(call);
	const further = read.length > pageSize;
	const lines = read.slice(0, pageSize);
	if (backward) lines.reverse();
	return {
		lines,
		next: backward || further ? (lines.at(-1)?.id ?? null) : null,
		previous: (backward ? further : after !== null) ? (lines[0]?.id ?? null) : null,
	};
}

/** The whole log, as far as the query asks for it, a page at a time. */
export async function* eachAuditPage(
	client: Client,
	query: AuditQuery,
): AsyncGenerator<AuditLine[], void> {
	let after: number | null = null;
	do {
		const page: AuditPage = await listAudit(client, { ...query, before: null, after }, 500);
		yield page.lines;
		after = page.next;
	} while (after !== null);
}
