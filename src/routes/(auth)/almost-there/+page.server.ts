import { redirect } from '@sveltejs/kit';
import { localPath } from '$lib/local-path.ts';
import type { PageServerLoad } from './$types';

/** Opening the page is the next try: each request of a session without a profile tries to make it. */
export const load: PageServerLoad = ({ locals, url }) => {
	const next = localPath(url.searchParams.get('next'), url.origin);
	if (locals.hindrance?.kind !== 'unfinished') redirect(303, next);
	return { passing: locals.hindrance.passing };
};
