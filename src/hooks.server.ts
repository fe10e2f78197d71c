import type { HandleServerError, ServerInit } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
import { backendAddress } from '$lib/environment.server.ts';
import { session } from '$lib/features/registration/session.server.ts';
import { guard } from '$lib/handles/guard.server.ts';
import { headers } from '$lib/handles/headers.server.ts';
import { limitBody } from '$lib/handles/limit-body.server.ts';
import { log } from '$lib/handles/log.server.ts';
import { supabase } from '$lib/handles/supabase.server.ts';

export const init: ServerInit = () => {
	try {
		backendAddress();
	} catch (problem) {
		console.error(problem instanceof Error ? problem.message : problem);
		process.exit(1);
	}
};

/** Where files are sent to, and how large such a form may be: somewhat more than what is taken, to say so in words. */
const uploads = {
	'/(app)/models/new': 9_000_000, // feature: models
	'/(app)/models/[id=uuid]': 9_000_000, // feature: models
	'/(app)/imports/new': 250_000_000, // feature: imports
};

export const handle = sequence(log, headers, supabase, session, limitBody(uploads), guard);

export const handleError: HandleServerError = ({ error, event, status, message }) => {
	const { requestId, log } = event.locals;
	if (status === 404) return { message: 'There is no such page.', requestId };
	log.error({ event: 'error', status, err: error });
	return {
		message: status >= 500 ? 'Something went wrong on our side. Please try again.' : message,
		requestId,
	};
};
