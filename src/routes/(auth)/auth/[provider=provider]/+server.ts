import { error, redirect } from '@sveltejs/kit';
import { backendAddress } from '$lib/environment.server.ts';
import { AppError } from '$lib/errors.ts';
import { whereTo } from '$lib/features/registration/destination.ts';
import { providers } from '$lib/features/registration/providers.ts';
import { listProviders, startProvider } from '$lib/features/registration/providers.service.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { RequestHandler } from './$types';

/** Sends the browser to GitHub or Google, which send it back to /auth/callback. */
export const GET: RequestHandler = async (event) => {
	const { params, url, locals } = event;
	const next = whereTo(url.searchParams.get('next'), url.origin);
	const returnTo = `${url.origin}/auth/callback?${new URLSearchParams({ next })}`;
	const offered = await listProviders(backendAddress(), fetch);
	if (!offered.includes(params.provider)) error(404, 'There is no such page.');
	let away;
	try {
		away = await startProvider(locals.supabase, params.provider, returnTo);
	} catch (problem) {
		if (!(problem instanceof AppError)) throw problem;
		locals.log.error({ event: 'provider.not_started', code: problem.code });
		sayOnce(event, 'error', `${providers[params.provider]} cannot be used right now.`);
		redirect(303, '/log-in');
	}
	redirect(303, away);
};
