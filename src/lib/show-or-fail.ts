import { getRequestEvent } from '$app/server';
import { error } from '@sveltejs/kit';
import { AppError } from './errors.ts';

/** For what a page cannot be shown without: an AppError becomes the error page, with its own sentence. */
export async function showOrFail<Data>(answer: Promise<Data>): Promise<Data> {
	const { log } = getRequestEvent().locals;
	try {
		return await answer;
	} catch (problem) {
		if (!(problem instanceof AppError)) throw problem;
		const { code, status, message, upstream } = problem;
		log[status >= 500 ? 'error' : 'info']({ event: 'page.refused', code, status, upstream });
		error(status, message);
	}
}
