import { redirect } from '@sveltejs/kit';
import { whereTo } from '$lib/features/registration/destination.ts';
import type { PageServerLoad } from './$types';

/** Whoever pressed the button twice is signed in by the first press, and goes on from here. */
export const load: PageServerLoad = ({ locals, url }) => {
	const next = url.searchParams.get('next');
	if (locals.person) redirect(303, whereTo(next, url.origin));
	return { next };
};
