import type { LiveEvent } from './event.ts';

export type Message =
	| { kind: 'event'; event: LiveEvent }
	| { kind: 'unread'; count: number }
	/** Something may have been missed. */
	| { kind: 'reload' }
	/** The session is over. */
	| { kind: 'end' }
	/** All up to here has been told. */
	| { kind: 'beat'; id: string };

/** No word for so long is no connection: a laptop that slept does not always notice. */
const silence = 60_000;
const afterEnd = 5000;

/** Holds the stream open. The browser comes back by itself after a break; where it gives up, this does not. */
export function connect(since: string | null, tell: (message: Message) => void): () => void {
	let source: EventSource;
	let id = since;
	let failures = 0;
	let timer: ReturnType<typeof setTimeout>;

	function open(): void {
		source = new EventSource(id ? `/events?since=${encodeURIComponent(id)}` : '/events');
		const listen = (name: string, heard: (data: string) => void) =>
			source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
				failures = 0;
				watch();
				if (lastEventId) id = lastEventId;
				heard(data);
			});
		listen('message', (data) => tell({ kind: 'event', event: JSON.parse(data) }));
		listen('unread', (data) => tell({ kind: 'unread', count: Number(data) }));
		listen('reload', () => tell({ kind: 'reload' }));
		listen('beat', () => id && tell({ kind: 'beat', id }));
		listen('end', () => {
			source.close();
			tell({ kind: 'end' });
			// Unless the page is led away, it has another session by then, as after a change of the password.
			again(afterEnd);
		});
		source.addEventListener('error', () => {
			if (source.readyState !== EventSource.CLOSED) return;
			failures += 1;
			// Nobody comes back at the same moment as everybody else.
			again(Math.min(5000 * 2 ** failures, 300_000) * (0.5 + Math.random() / 2));
		});
		watch();
	}

	function watch(): void {
		again(silence);
	}

	function again(after: number): void {
		clearTimeout(timer);
		timer = setTimeout(() => {
			source.close();
			open();
		}, after);
	}

	function close(): void {
		clearTimeout(timer);
		source.close();
	}

	open();
	return close;
}
