import { error, json } from '@sveltejs/kit';
import { countLines } from '$lib/features/imports/files.service.ts';
import { findReview, isComplete } from '$lib/features/imports/imports.schema.ts';
import { requireFile } from '$lib/features/imports/workplace.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

/** What is to be expected of the lines from chunk `from` on: a large file is counted in steps. */
export const GET: RequestHandler = async (event) => {
	const file = await requireFile(event, event.params.id);
	const { searchParams } = event.url;
	const review = findReview(searchParams, file.header.length);
	const from = /^\d{1,6}$/.exec(searchParams.get('from') ?? '0');
	if (!review || !isComplete(review) || !from) error(400, 'This says nothing that can be counted.');
	return json(
		await showOrFail(countLines(event.locals.supabase, file.id, review, Number(from[0]))),
	);
};
