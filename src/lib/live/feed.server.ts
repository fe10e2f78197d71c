import type { Answer, Ask } from './answer.ts';
import { beatBlock, eventBlock, namedBlock } from './blocks.ts';

/** One open stream: a tab of somebody. */
export type Stream = {
	/** The session whose tokens opened it. */
	session: string;
	/** The id of the last answer that the tab has had; null for a new one. */
	since: string | null;
	/** Answers false when the other end does not read what it is sent. */
	send(text: string): boolean;
	close(): void;
};

export type Pace = {
	/** From one question to the next, while things happen. */
	busy: number;
	/** The same when nothing happens, or the database is away. */
	idle: number;
	/** How often each stream is told that it is alive. */
	heartbeat: number;
};

export const pace: Pace = { busy: 1000, idle: 5000, heartbeat: 20_000 };

export type Feed = {
	/** From now on the stream hears of what happens to its person. Answers how to leave. */
	join(stream: Stream): () => void;
	/** Closes all, as the process ends. */
	close(): void;
	count(): number;
};

type Report = (event: string, details?: object) => void;

/**
 * Feeds all streams of this process from one question to the database, asked at most every `busy` milliseconds however
 * many there are, less often while nothing happens, and not at all while nobody listens. Each answer also says whose
 * session is over: those streams end before anything else is sent. While the database is away nothing is sent to
 * anybody, and the streams stay open.
 */
export function createFeed(ask: Ask, report: Report, { busy, idle, heartbeat }: Pace = pace): Feed {
	/** Everybody, with the person that the database has said it is; null until it has. */
	const streams = new Map<Stream, string | null>();
	let cursor: Answer['cursor'] | null = null;
	let lastId: string | null = null;
	let pause = busy;
	let asked = -Infinity;
	let away = false;
	let asking = false;
	let timer: NodeJS.Timeout | undefined;
	let beat: NodeJS.Timeout | undefined;

	function join(stream: Stream): () => void {
		streams.set(stream, null);
		beat ??= setInterval(sendHeartbeats, heartbeat);
		if (!away) schedule(busy);
		return () => leave(stream);
	}

	function leave(stream: Stream): void {
		if (!streams.delete(stream) || streams.size > 0) return;
		clearTimeout(timer);
		clearInterval(beat);
		timer = beat = undefined;
		// Whoever comes later brings along what they have had, so there is nothing to remember.
		cursor = null;
		pause = busy;
		away = false;
	}

	function schedule(after: number): void {
		if (asking || streams.size === 0) return;
		clearTimeout(timer);
		timer = setTimeout(turn, Math.max(0, asked + after - performance.now()));
	}

	async function turn(): Promise<void> {
		asking = true;
		asked = performance.now();
		const joining = [...streams].flatMap(([stream, person]) => (person === null ? [stream] : []));
		const joined = [...streams].flatMap(([stream, person]) => (person === null ? [] : [stream]));
		try {
			const answer = await ask({
				after: cursor,
				sessions: [...new Set(joined.map(({ session }) => session))],
				joining: joining.map(({ session, since }) => ({ session, since })),
			});
			if (away) report('live.back');
			away = false;
			const quiet = answer.events.length === 0 && joining.length === 0;
			pause = quiet ? Math.min(pause * 1.5, idle) : busy;
			deliver(answer, joining, joined);
			cursor = streams.size > 0 ? answer.cursor : null;
		} catch (problem) {
			if (!away) report('live.away', { err: problem });
			away = true;
			pause = idle;
			// What a new tab may have missed is no longer known: no id at all is one that cannot be made up for.
			for (const stream of joining) stream.since ??= '';
		}
		asking = false;
		const waiting = [...streams.values()].includes(null);
		schedule(waiting && !away ? busy : pause);
	}

	function deliver(answer: Answer, joining: Stream[], joined: Stream[]): void {
		lastId = answer.id;
		const ended = new Set(answer.ended);
		for (const stream of [...joining, ...joined]) {
			if (ended.has(stream.session)) end(stream, namedBlock('end'));
		}
		const news = new Map<string, string>();
		for (const event of answer.events) {
			news.set(event.user_id, (news.get(event.user_id) ?? '') + eventBlock(event));
		}
		for (const stream of joined) {
			const person = streams.get(stream);
			if (!person) continue;
			const text =
				(answer.reload ? namedBlock('reload') : '') +
				(news.get(person) ?? '') +
				unreadOf(person, answer);
			if (text) send(stream, text + beatBlock(answer.id));
		}
		for (const [index, stream] of joining.entries()) {
			const place = answer.joined[index];
			if (!place || !streams.has(stream)) continue;
			streams.set(stream, place.user_id);
			const missed = place.missed?.map(eventBlock).join('') ?? namedBlock('reload');
			send(stream, missed + unreadOf(place.user_id, answer) + beatBlock(answer.id));
		}
	}

	function sendHeartbeats(): void {
		for (const [stream, person] of streams)
			send(stream, beatBlock(person && !away ? lastId : null));
	}

	/** Whoever does not read is let go, and catches up when they come back: nothing piles up here. */
	function send(stream: Stream, text: string): void {
		if (!stream.send(text)) end(stream);
	}

	function end(stream: Stream, lastWord?: string): void {
		if (!streams.has(stream)) return;
		if (lastWord) stream.send(lastWord);
		leave(stream);
		stream.close();
	}

	return {
		join,
		close: () => [...streams.keys()].forEach((stream) => end(stream)),
		count: () => streams.size,
	};
}

function unreadOf(person: string, { unread }: Answer): string {
	const count = unread[person];
	return count === undefined ? '' : namedBlock('unread', String(count));
}
