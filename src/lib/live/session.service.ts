import { AppError } from '../errors.ts';
import { answerOf } from '../supabase/answer-of.ts';
import type { Client } from '../supabase/request.server.ts';

/** The session of who asks, as the data API has verified it; null when it has ended. */
export async function findSession(client: Client): Promise<string | null> {
	try {
		return await answerOf(client.rpc('live_session', {}, { get: true }));
	} catch (error) {
		if (error instanceof AppError && error.status === 401) return null;
		throw error;
	}
}
