import { connect, type Message } from './connection.ts';

type Shared = { from: 'leader'; messages: Message[] } | { from: 'newcomer' };

/**
 * One connection for all tabs of a person in this browser: a browser opens six to a server that speaks HTTP/1.1, and
 * with a stream in each, the seventh tab would not load. One tab holds it and passes on what it hears; when it is
 * closed, the next one takes over where it was. A browser without locks, as on an address without HTTPS, connects each.
 * `known` is what a tab that is opened later should hear first.
 */
export function shareAmongTabs(
	person: string,
	receive: (message: Message) => void,
	known: () => Message[],
): () => void {
	const name = `live-${person}`;
	const stopped = new AbortController();
	const channel = new BroadcastChannel(name);
	let last: string | null = null;
	let leading = false;

	function hear(message: Message): void {
		if (message.kind === 'beat') last = message.id;
		receive(message);
	}

	function lead(): Promise<void> {
		if (stopped.signal.aborted) return Promise.resolve();
		leading = true;
		const disconnect = connect(last, (message) => {
			channel.postMessage({ from: 'leader', messages: [message] } satisfies Shared);
			hear(message);
		});
		return new Promise((resolve) => {
			stopped.signal.addEventListener('abort', () => {
				disconnect();
				resolve();
			});
		});
	}

	channel.addEventListener('message', ({ data }: MessageEvent<Shared>) => {
		if (data.from === 'leader') data.messages.forEach(hear);
		else if (leading) {
			const beat: Message[] = last ? [{ kind: 'beat', id: last }] : [];
			channel.postMessage({ from: 'leader', messages: [...known(), ...beat] } satisfies Shared);
		}
	});

	if ('locks' in navigator) {
		channel.postMessage({ from: 'newcomer' } satisfies Shared);
		// Stopped while it waits, the request is refused, as it should be.
		navigator.locks.request(name, { signal: stopped.signal }, lead).catch(() => undefined);
	} else {
		void lead();
	}
	return () => {
		stopped.abort();
		channel.close();
	};
}
