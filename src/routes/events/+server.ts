import { error } from '@sveltejs/kit';
import { isLive } from '$lib/live/available.server.ts';
import { findSession } from '$lib/live/session.service.ts';
import { openStream } from '$lib/live/streams.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

/** What happens to the things of the person who asks, as it happens. */
export const GET: RequestHandler = async ({ locals, request, url }) => {
	const session = locals.person && isLive() ? await showOrFail(findSession(locals.supabase)) : null;
	// Tells the browser not to come back: nothing can be told. Somebody who logs out may have asked a moment before.
	if (!locals.person || !session) return new Response(null, { status: 204 });
	// The browser says where it was when it comes back by itself, the page when it had to begin anew.
	const since = request.headers.get('last-event-id') ?? url.searchParams.get('since');
	const stream = openStream({ person: locals.person.id, session, since });
	if (!stream) error(429, 'Too many pages of yours are open.');
	return new Response(stream, {
		headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
	});
};
