import { csvFile } from '$lib/csv/write.ts';
import { eachRefusedPage } from '$lib/features/imports/imports.service.ts';
import { reasonInWords } from '$lib/features/imports/reasons.ts';
import { requireImport } from '$lib/features/imports/workplace.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

/** Ready to be mended and uploaded again: the reason is in front, where it moves no field. */
export const GET: RequestHandler = async (event) => {
	const { id, header } = await requireImport(event, event.params.id);
	async function* pages() {
		for await (const lines of eachRefusedPage(event.locals.supabase, id)) {
			yield lines.map(({ line, fields, reason }) => [reasonInWords(reason), line, ...fields]);
		}
	}
	return showOrFail(csvFile('refused.csv', ['Problem', 'Line', ...header], pages()));
};
