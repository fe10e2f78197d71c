import { unusable } from './unusable.ts';

/** Decodes what must be UTF-8 text, and says on which line it is not. */
export function* readText(chunks: Iterable<Uint8Array>): Generator<string, void> {
	const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
	let line = 1;
	let begun: Uint8Array = new Uint8Array();
	for (const chunk of endWith(chunks, new Uint8Array())) {
		const bytes = Buffer.concat([begun, chunk]);
		let text;
		try {
			text = decoder.decode(chunk, { stream: chunk.length > 0 });
		} catch {
			throw unusable(
				`Line ${line + linesBeforeFault(bytes)} is not UTF-8 text. In your spreadsheet, save the file as “CSV UTF-8”.`,
			);
		}
		const zero = text.indexOf('\0');
		if (zero >= 0) {
			throw unusable(
				`Line ${line + count(text.slice(0, zero), '\n')} is not text. Is this really a CSV file?`,
			);
		}
		line += count(text, '\n');
		begun = begunCharacter(bytes);
		if (text !== '') yield text;
	}
}

/** A line's end is a byte of its own in UTF-8, so each line can be tried by itself. */
function linesBeforeFault(bytes: Uint8Array): number {
	const whole = new TextDecoder('utf-8', { fatal: true });
	let lines = 0;
	let start = 0;
	for (;;) {
		const end = bytes.indexOf(0x0a, start);
		if (end < 0) return lines;
		try {
			whole.decode(bytes.subarray(start, end));
		} catch {
			return lines;
		}
		lines += 1;
		start = end + 1;
	}
}

/** The bytes at the end that are the beginning of a character. */
function begunCharacter(bytes: Uint8Array): Uint8Array {
	const lead = bytes.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0);
	const first = bytes[lead] ?? 0;
	const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	return lead + length > bytes.length ? bytes.subarray(lead) : new Uint8Array();
}

function* endWith<Item>(items: Iterable<Item>, last: Item): Generator<Item, void> {
	yield* items;
	yield last;
}

/** How often a mark stands in a text. */
export function count(text: string, mark: string): number {
	return text.split(mark).length - 1;
}
