import { error, type Handle } from '@sveltejs/kit';
import { refuse } from './refuse.server.ts';

/** What a form may weigh: more than anybody types. */
const usual = 512 * 1024;

const tooLarge = 'That is more than can be sent at once.';

/**
 * The server itself takes as much as the largest upload (BODY_SIZE_LIMIT). Here every route is held to what forms need;
 * those that take files, by their limits in bytes, take more from somebody who has logged in. The body has not been read
 * yet at this point.
 */
export function limitBody(uploads: Partial<Record<string, number>>): Handle {
	return ({ event, resolve }) => {
		const { request, route, locals } = event;
		if (!request.body) return resolve(event);
		const most = (locals.person && uploads[route.id ?? '']) || usual;
		const length = request.headers.get('content-length');
		if (Number(length) > most) return refuse(event, 413, tooLarge);
		// A body that comes in pieces does not say how long it is: then it is counted while it is read.
		if (length === null) {
			const body = countUpTo(most, request.body);
			const counted: RequestInit & { duplex: 'half' } = { body, duplex: 'half' };
			event.request = new Request(request, counted);
		}
		return resolve(event);
	};
}

/** Not a transform: one that fails takes the connection with it, and nobody could be told why. */
function countUpTo(most: number, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
	const reader = body.getReader();
	let size = 0;
	return new ReadableStream({
		async pull(controller) {
			const { done, value } = await reader.read();
			if (done) return controller.close();
			size += value.length;
			if (size > most) error(413, tooLarge);
			controller.enqueue(value);
		},
		cancel: (reason) => reader.cancel(reason),
	});
}
