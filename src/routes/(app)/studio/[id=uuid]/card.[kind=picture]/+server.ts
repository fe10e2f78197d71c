import { error } from '@sveltejs/kit';
import { cardFile } from '$lib/features/studio/card-file.ts';
import { findDrawing } from '$lib/features/studio/cards.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ locals, params, url }) => {
	const drawing = await showOrFail(findDrawing(locals.supabase, params.id));
	if (!drawing) error(404, 'There is no such card.');
	return cardFile(drawing, params.kind, { download: url.searchParams.has('download') });
};
