import { begunCharacter, count, linesBeforeFault } from '../../csv/lines.ts';
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

function* endWith<Item>(items: Iterable<Item>, last: Item): Generator<Item, void> {
	yield* items;
	yield last;
}
