/** A line's end is a byte of its own in UTF-8, so each line can be tried by itself. */
export function linesBeforeFault(bytes: Uint8Array): number {
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

/** The bytes at the end that are the beginning of a character of UTF-8. */
export function begunCharacter(bytes: Uint8Array): Uint8Array {
	const lead = bytes.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0);
	const first = bytes[lead] ?? 0;
	return lead + characterLength(first) > bytes.length ? bytes.subarray(lead) : new Uint8Array();
}

/** How many bytes a character of UTF-8 has, by its first one. */
export function characterLength(first: number): number {
	return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/** How often a mark stands in a text. */
export function count(text: string, mark: string): number {
	return text.split(mark).length - 1;
}

/** What parts the fields of a header. */
export function delimiterOf(text: string): ',' | ';' | '\t' {
	const begun = text.replace(/^[\r\n]+/, '');
	const header = begun.slice(0, begun.search(/\r|\n|$/)).replaceAll(/"[^"]*"/g, '');
	const marks = [',', ';', '\t'] as const;
	const found = marks.map((mark) => ({ mark, times: count(header, mark) }));
	return found.sort((a, b) => b.times - a.times)[0]?.mark ?? ',';
}
