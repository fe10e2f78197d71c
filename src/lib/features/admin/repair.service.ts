import * as v from 'valibot';
import type { Client } from '../../supabase/request.server.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import { failurePage, type FailurePage } from './answers.ts';

/** What to look at among the failures; it stands in the URL. What makes no sense counts as not asked. */
const question = v.object({
	failures: v.fallback(v.picklist(['open', 'resolved']), 'open'),
	/** The last failure of the page before. */
	after: v.fallback(v.nullable(v.pipe(v.string(), v.uuid())), null),
});

export type FailuresQuery = v.InferOutput<typeof question>;

export function parseFailuresQuery(params: URLSearchParams): FailuresQuery {
	return v.parse(question, { failures: params.get('failures'), after: params.get('after') });
}

/** A page of the failures, the newest first. */
export async function listFailures(
	client: Client,
	{ failures, after }: FailuresQuery,
): Promise<FailurePage> {
	const call = client.rpc(
		'admin_list_failures',
		{ resolved: failures === 'resolved', page_size: 25, ...(after && { before: after }) },
		{ get: true },
	);
	return v.parse(failurePage, await answerOf(call));
}
