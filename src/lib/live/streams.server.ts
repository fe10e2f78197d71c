import { dev } from '$app/environment';
import { log } from '../log.server.ts';
import { createSecretClient } from '../supabase/secret.server.ts';
import { askWith } from './answer.ts';
import { createFeed, type Feed } from './feed.server.ts';

/** How many streams one person may have open, and all together in this process. */
const limits = { person: 20, all: 5000 };

/** How much may wait for a browser to read it. */
const unread = 256 * 1024;

const open = new Map<string, number>();
let feed: Feed | undefined;
let closing = false;

type Opening = { person: string; session: string; since: string | null };

/** The body of a stream, or null when there are too many of them. */
export function openStream({ person, session, since }: Opening): ReadableStream | null {
	feed ??= startFeed();
	const count = open.get(person) ?? 0;
	if (closing || count >= limits.person || feed.count() >= limits.all) return null;
	open.set(person, count + 1);
	const { join } = feed;
	const encoder = new TextEncoder();
	let leave = () => {};
	let counted = true;
	const forget = () => {
		if (!counted) return;
		counted = false;
		const left = (open.get(person) ?? 1) - 1;
		if (left > 0) open.set(person, left);
		else open.delete(person);
	};
	return new ReadableStream<Uint8Array>(
		{
			start(controller) {
				// Something to read at once, so that the browser and whatever is in between know that it has begun.
				controller.enqueue(encoder.encode('retry: 2000\n\n'));
				leave = join({
					session,
					since,
					send(text) {
						controller.enqueue(encoder.encode(text));
						return (controller.desiredSize ?? 0) > 0;
					},
					close() {
						forget();
						controller.close();
					},
				});
			},
			cancel() {
				leave();
				forget();
			},
		},
		new ByteLengthQueuingStrategy({ highWaterMark: unread }),
	);
}

function startFeed(): Feed {
	const started = createFeed(askWith(createSecretClient()), (event, details) =>
		log.warn({ event, ...details }),
	);
	const close = () => {
		closing = true;
		started.close();
	};
	// A server that is told to stop waits for its last answer, and a stream has none. Vite ends without waiting.
	if (!dev) process.once('SIGTERM', close).once('SIGINT', close);
	return started;
}
