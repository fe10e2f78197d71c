import { refresh } from '$lib/refresh.ts';
import type { Message } from './connection.ts';
import type { LiveEvent } from './event.ts';
import { shareAmongTabs } from './tabs.ts';
import { unread } from './unread.svelte.ts';

type Listener = (event: LiveEvent) => void;

const listeners = new Map<string, Set<Listener>>();
/** The latest of each thing: a page may be older than what was told while it was on its way. */
const latest = new Map<string, LiveEvent>();
const latestKept = 200;
const heard = new Set<number>();
const heardKept = 1000;

const key = (topic: string, subject: string | null) => `${topic}/${subject ?? ''}`;

function receive(message: Message): void {
	if (message.kind === 'event') receiveEvent(message.event);
	else if (message.kind === 'unread') unread.count = message.count;
	// Of a session that is over, the pages of this app lead to the log-in.
	else if (message.kind !== 'beat') refresh();
}

function receiveEvent(event: LiveEvent): void {
	// After a break some come again.
	if (heard.has(event.id)) return;
	makeRoom(heard, heardKept);
	heard.add(event.id);
	const of = key(event.topic, event.subject);
	latest.delete(of);
	makeRoom(latest, latestKept);
	latest.set(of, event);
	const every = key(event.topic, null);
	for (const name of new Set([of, every])) listeners.get(name)?.forEach((listen) => listen(event));
}

/** Sets and maps keep the order in which they were filled. */
function makeRoom<Key>(
	kept: { size: number; keys(): Iterator<Key>; delete(key: Key): boolean },
	most: number,
): void {
	const oldest = kept.keys().next();
	if (kept.size >= most && !oldest.done) kept.delete(oldest.value);
}

export const live = {
	/** Connects this tab for as long as the person looks at pages that are theirs. Answers how to stop. */
	start(person: string): () => void {
		const stop = shareAmongTabs(person, receive, () => [
			...(unread.count === null ? [] : [{ kind: 'unread' as const, count: unread.count }]),
			...[...latest.values()].map((event) => ({ kind: 'event' as const, event })),
		]);
		return () => {
			stop();
			unread.count = null;
			latest.clear();
		};
	},

	/**
	 * Calls back for each event about one thing, and at once for the latest that is known; without a subject for each
	 * event of the topic. An event says how things were at `event.at`: ignore it where the page shows something newer.
	 */
	on(topic: string, subject: string | null, listener: Listener): () => void {
		const name = key(topic, subject);
		const all = listeners.get(name) ?? new Set();
		listeners.set(name, all.add(listener));
		const known = subject === null ? undefined : latest.get(name);
		// Not yet: whoever asks may be in the middle of an effect.
		if (known) queueMicrotask(() => all.has(listener) && listener(known));
		return () => {
			all.delete(listener);
			if (all.size === 0) listeners.delete(name);
		};
	},
};
