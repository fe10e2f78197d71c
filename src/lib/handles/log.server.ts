import { isRedirect, type Handle } from '@sveltejs/kit';
import { randomUUID } from 'node:crypto';
import { log as rootLog } from '../log.server.ts';

/** Every request has an id, in each of its log lines and on its response. */
export const log: Handle = async ({ event, resolve }) => {
	const given = event.request.headers.get('x-request-id');
	const requestId = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
	const started = performance.now();
	event.locals.requestId = requestId;
	event.locals.log = rootLog.child({ requestId });
	const done = (status: number) =>
		event.locals.log.info({
			event: 'request',
			method: event.request.method,
			path: event.url.pathname,
			status,
			ms: Math.round(performance.now() - started),
		});
	try {
		const response = await resolve(event);
		response.headers.set('x-request-id', requestId);
		done(response.status);
		return response;
	} catch (thrown) {
		done(isRedirect(thrown) ? thrown.status : 500);
		throw thrown;
	}
};
