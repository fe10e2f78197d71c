import { error } from '@sveltejs/kit';
import { cardFile } from '$lib/features/studio/card-file.ts';
import { findSharedCard } from '$lib/features/studio/cards.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

/** For everybody who has the link, and for the places that show a preview of it. */
export const GET: RequestHandler = async ({ locals, params }) => {
	const drawing = await showOrFail(findSharedCard(locals.supabase, params.token));
	if (!drawing) error(404, 'There is no such card, or its link was turned off.');
	return cardFile(drawing, params.kind);
};
