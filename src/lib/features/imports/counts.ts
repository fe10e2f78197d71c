/** What is to be expected of the lines that have been counted so far. */
export type Counts = {
	lines: number;
	known: number;
	refused: Record<string, number>;
	/** Where the next step begins; null when all have been counted. */
	next_chunk: number | null;
};

export function together(a: Counts, b: Counts): Counts {
	const refused = { ...a.refused };
	for (const [reason, lines] of Object.entries(b.refused)) {
		refused[reason] = (refused[reason] ?? 0) + lines;
	}
	return {
		lines: a.lines + b.lines,
		known: a.known + b.known,
		refused,
		next_chunk: b.next_chunk,
	};
}
