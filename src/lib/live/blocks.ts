import type { FeedEvent } from './answer.ts';
import type { LiveEvent } from './event.ts';

/**
 * The stream's form: text/event-stream. Only the last block of an answer carries an id, so that whoever is cut off in
 * the middle of one gets the whole of it again; what they had is known by the number of each event.
 */
export function eventBlock({ id, topic, subject_id: subject, data, at }: FeedEvent): string {
	const told: LiveEvent = { id, topic, subject, data, at };
	return `data: ${JSON.stringify(told)}\n\n`;
}

/** The end of an answer, and what says between them that the stream is alive. */
export function beatBlock(id: string | null): string {
	return `${id ? `id: ${id}\n` : ''}${namedBlock('beat')}`;
}

export function namedBlock(name: 'beat' | 'reload' | 'end' | 'unread', data = '-'): string {
	return `event: ${name}\ndata: ${data}\n\n`;
}
