import * as v from 'valibot';
import type { Json } from '../supabase/database.types.ts';

const event = v.object({
	id: v.number(),
	user_id: v.string(),
	topic: v.string(),
	subject_id: v.nullable(v.string()),
	data: v.record(v.string(), v.unknown()),
	at: v.string(),
});

const cursor = v.object({ seen: v.string(), at: v.string() });

/** What live_feed() answers; the migration says what each part means. */
export const answer = v.object({
	cursor,
	id: v.string(),
	events: v.array(event),
	reload: v.boolean(),
	ended: v.array(v.string()),
	joined: v.array(
		v.nullable(v.object({ user_id: v.string(), missed: v.nullable(v.array(event)) })),
	),
	unread: v.record(v.string(), v.number()),
});

export type Answer = v.InferOutput<typeof answer>;
export type FeedEvent = v.InferOutput<typeof event>;

export type Question = {
	after: v.InferOutput<typeof cursor> | null;
	sessions: string[];
	joining: { session: string; since: string | null }[];
};

/** Asks the database the one question for all streams of this process. */
export type Ask = (question: Question) => Promise<Answer>;

/** Of the client only the call is needed. */
type Rpc = {
	rpc(
		name: 'live_feed',
		args: { after: Json; sessions: string[]; joining: Json },
	): PromiseLike<{ data: unknown; error: Error | null }>;
};

export function askWith(client: Rpc): Ask {
	return async ({ after, sessions, joining }) => {
		const { data, error } = await client.rpc('live_feed', { after, sessions, joining });
		if (error) throw error;
		return v.parse(answer, data);
	};
}
