import type { Import } from './imports.service.ts';
import { isOpen, parseStatus } from './statuses.ts';

type Figure =
	| 'lines_total'
	| 'lines_done'
	| 'lines_added'
	| 'lines_updated'
	| 'lines_skipped'
	| 'lines_refused'
	| 'lines_undone';

export type Told = Pick<Import, 'status' | Figure> & { at: string };

/** By hand, because a library for it would be the largest part of the page's script. */
export function readTold(data: Record<string, unknown>, at: string): Told {
	const read = (name: string) => (typeof data[name] === 'number' ? data[name] : 0);
	return {
		status: parseStatus(String(data['status'])),
		lines_total: read('lines_total'),
		lines_done: read('lines_done'),
		lines_added: read('lines_added'),
		lines_updated: read('lines_updated'),
		lines_skipped: read('lines_skipped'),
		lines_refused: read('lines_refused'),
		lines_undone: read('lines_undone'),
		at,
	};
}

/** The page's own, unless what was told is newer. An event may be older than the page. */
export function newer(shown: Import, told: Told | null): Import {
	if (!told || !isOpen(shown.status)) return shown;
	if (told.lines_done < shown.lines_done || told.lines_undone < shown.lines_undone) return shown;
	const { status, lines_total, lines_done, lines_added, lines_updated } = told;
	const { lines_skipped, lines_refused, lines_undone } = told;
	const figures = { lines_total, lines_done, lines_added, lines_updated };
	return { ...shown, status, ...figures, lines_skipped, lines_refused, lines_undone };
}
