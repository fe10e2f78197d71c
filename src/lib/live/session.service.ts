import { answerOf } from '../supabase/answer-of.ts';
import type { Client } from '../supabase/request.server.ts';

/** The session of who asks, as the data API has verified it. */
export function requireSession(client: Client): Promise<string> {
	return answerOf(client.rpc('live_session', {}, { get: true }));
}
