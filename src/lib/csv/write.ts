import { disarm } from './formula.ts';

type Cell = string | number | boolean | null;

/** One line of a CSV file, in which spreadsheets find no formula. */
export function csvLine(cells: Cell[]): string {
	return `${cells.map(quote).join(',')}\r\n`;
}

function quote(cell: Cell): string {
	return `"${disarm(String(cell ?? '')).replaceAll('"', '""')}"`;
}

/**
 * A file that is sent while it is read, page by page. The first page is waited for: what is refused is an answer of its
 * own, and not half a file.
 */
export async function csvFile(
	name: string,
	header: string[],
	pages: AsyncGenerator<Cell[][], void>,
): Promise<Response> {
	const encoder = new TextEncoder();
	// The mark at the beginning tells spreadsheets that this is UTF-8.
	const text = (page: Cell[][], head = '') => encoder.encode(head + page.map(csvLine).join(''));
	const first = await pages.next();
	const body = new ReadableStream<Uint8Array>({
		start: (controller) =>
			controller.enqueue(text(first.done ? [] : first.value, `\uFEFF${csvLine(header)}`)),
		async pull(controller) {
			const { done, value } = await pages.next();
			if (done) controller.close();
			else controller.enqueue(text(value));
		},
		async cancel() {
			await pages.return();
		},
	});
	return new Response(body, {
		headers: {
			'content-type': 'text/csv; charset=utf-8',
			'content-disposition': `attachment; filename="${name}"`,
		},
	});
}
