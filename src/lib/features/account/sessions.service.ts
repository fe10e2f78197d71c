import * as v from 'valibot';
import { fromPostgrest } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';

const answer = v.array(
	v.object({
		id: v.string(),
		created_at: v.string(),
		refreshed_at: v.string(),
		/** Null where the backend does not note it. */
		user_agent: v.nullable(v.string()),
		ip: v.nullable(v.string()),
		current: v.boolean(),
	}),
);

export type Session = v.InferOutput<typeof answer>[number];

/** The sessions of who asks: this one, then the others, the latest used first. */
export async function listSessions(client: Client): Promise<Session[]> {
	const { data, error, status } = await client.rpc('list_my_sessions', {}, { get: true });
	if (error) throw fromPostgrest(error, status);
	return v.parse(answer, data).toSorted((a, b) => Number(b.current) - Number(a.current));
}

/** Answers false when it was over already. */
export async function endSession(client: Client, sessionId: string): Promise<boolean> {
	const { data, error, status } = await client.rpc('end_my_session', { session_id: sessionId });
	if (error) throw fromPostgrest(error, status);
	return data;
}

/** Answers how many there were. */
export async function endOtherSessions(client: Client): Promise<number> {
	const { data, error, status } = await client.rpc('end_my_other_sessions');
	if (error) throw fromPostgrest(error, status);
	return data;
}
