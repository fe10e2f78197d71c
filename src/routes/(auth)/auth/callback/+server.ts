import { redirect } from '@sveltejs/kit';
import { AppError } from '$lib/errors.ts';
import { whereTo } from '$lib/features/registration/destination.ts';
import { finishProvider } from '$lib/features/registration/providers.service.ts';
import { countUse } from '$lib/limits.server.ts';
import { createAuthClient } from '$lib/supabase/auth.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { RequestHandler } from './$types';

/** A GET may use up this code: it is worth nothing without the cookie of the browser that began. */
export const GET: RequestHandler = async (event) => {
	const { url, locals } = event;
	const next = whereTo(url.searchParams.get('next'), url.origin);
	const code = url.searchParams.get('code');
	try {
		if (!code) throw new AppError('no_code', 400, 'The log-in was not finished.');
		await countUse(event, 'link');
		await finishProvider(createAuthClient(event), code);
	} catch (problem) {
		if (!(problem instanceof AppError)) throw problem;
		const cause = url.searchParams.get('error_code') ?? url.searchParams.get('error');
		locals.log.warn({ event: 'provider.not_finished', code: problem.code, cause });
		sayOnce(event, 'error', explain(problem, cause));
		redirect(303, `/log-in?${new URLSearchParams({ next })}`);
	}
	redirect(303, next);
};

function explain(problem: AppError, cause: string | null): string {
	if (cause === 'access_denied')
		return 'You did not allow the log-in. Try again, or choose another way.';
	if (problem.status >= 429 || problem.code === 'user_banned') return problem.message;
	return 'The log-in was not finished: it took too long, or began in another browser. Please try again.';
}
