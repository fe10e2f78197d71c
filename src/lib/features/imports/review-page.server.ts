import type { RequestEvent } from '@sveltejs/kit';
import { showOrFail } from '../../show-or-fail.ts';
import { together } from './counts.ts';
import { countLines, previewLines, type ImportFile } from './files.service.ts';
import { findReview, isComplete, reviewQuery, type Review } from './imports.schema.ts';
import { sampleLines } from './lines.service.ts';
import { suggestDecimalMark, suggestMapping } from './suggest.ts';
import { requireFile } from './workplace.server.ts';

/** Everything that the page of a file shows. Without a query it suggests; `?all` counts a large file to its end. */
export async function loadReview(
	event: Pick<RequestEvent, 'locals' | 'cookies' | 'url'>,
	id: string,
) {
	const { searchParams } = event.url;
	const { supabase } = event.locals;
	const file = await requireFile(event, id);
	return showOrFail(
		(async () => {
			const chosen = findReview(searchParams, file.header.length);
			const review = chosen ?? suggest(file, await sampleLines(supabase, id));
			const query = reviewQuery(review);
			if (!isComplete(review)) return { file, review, query, preview: null, counts: null };
			const [preview, first] = await Promise.all([
				previewLines(supabase, id, review),
				countLines(supabase, id, review, 0),
			]);
			let counts = first;
			while (searchParams.has('all') && counts.next_chunk !== null) {
				counts = together(counts, await countLines(supabase, id, review, counts.next_chunk));
			}
			return { file, review, query, preview, counts };
		})(),
	);
}

function suggest(file: ImportFile, sample: string[][]): Review {
	const mapping = suggestMapping(file.header, sample);
	const decimalMark = suggestDecimalMark(sample, mapping.price, file.delimiter);
	return { mapping, decimalMark, onKnown: 'update' };
}
