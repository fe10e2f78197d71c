import { begunCharacter, characterLength, count, linesBeforeFault } from '../../csv/lines.ts';
import { refuseFile } from './refuse-file.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const none = new Uint8Array();
const control = /(?![\t\n\v\f\r\u007f-\u009f])\p{Cc}/u;
const undefinedInWindows = /[\u0081\u008d\u008f\u0090\u009d]/;

/**
 * Bytes to text, a piece at a time. A mark at the beginning says what they are; without one a file is UTF-8, unless the
 * first bytes beyond ASCII are none: then it is Windows-1252, as spreadsheets write it in western Europe.
 */
export function createDecoder() {
	let encoding: Encoding | null = null;
	let strict: TextDecoder | null = null;
	/** What cannot be read before the next piece is there. */
	let kept: Uint8Array = none;
	let begun = false;
	let line = 1;

	function decode(piece: Uint8Array, last: boolean): string {
		const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
		kept = none;
		if (!begun) {
			if (bytes.length < 3 && !last) return keep(bytes);
			begun = true;
			const [found, mark] = sniff(bytes);
			if (found) decide(found);
			return read(bytes.subarray(mark), last);
		}
		return read(bytes, last);
	}

	function keep(bytes: Uint8Array): string {
		kept = bytes;
		return '';
	}

	function decide(found: Encoding): void {
		encoding = found;
		strict = new TextDecoder(found, { fatal: true, ignoreBOM: true });
	}

	function read(bytes: Uint8Array, last: boolean): string {
		if (encoding === 'utf-8') return readUtf8(bytes, last);
		if (encoding !== null) return readOther(bytes, last);
		const at = bytes.findIndex((byte) => byte >= 0x80);
		if (at < 0) return toLatin(bytes);
		const rest = bytes.subarray(at);
		if (rest.length < 4 && !last) {
			kept = rest;
			return toLatin(bytes.subarray(0, at));
		}
		decide(isUtf8(rest) ? 'utf-8' : 'windows-1252');
		return read(bytes, last);
	}

	function readUtf8(bytes: Uint8Array, last: boolean): string {
		const whole = last ? bytes : bytes.subarray(0, bytes.length - begunCharacter(bytes).length);
		kept = bytes.subarray(whole.length);
		try {
			return strict?.decode(whole) ?? '';
		} catch {
			throw refuseFile(
				'file_encoding',
				`Line ${line + linesBeforeFault(bytes)} is not UTF-8, although lines before it are. In your spreadsheet, save the file as “CSV UTF-8”.`,
			);
		}
	}

	function readOther(bytes: Uint8Array, last: boolean): string {
		try {
			return strict?.decode(bytes, { stream: !last }) ?? '';
		} catch {
			throw refuseFile(
				'file_encoding',
				`The file begins as UTF-16, but line ${line} or one after it is not. In your spreadsheet, save the file as “CSV UTF-8”.`,
			);
		}
	}

	function checked(text: string): string {
		const fault = text.search(control);
		if (fault >= 0) {
			throw refuseFile(
				'file_binary',
				`This is no text: line ${line + count(text.slice(0, fault), '\n')} has bytes that no CSV file has. If it is a spreadsheet, save it as “CSV UTF-8”.`,
			);
		}
		const unknown = encoding === 'windows-1252' ? text.search(undefinedInWindows) : -1;
		if (unknown >= 0) {
			throw refuseFile(
				'file_encoding',
				`Line ${line + count(text.slice(0, unknown), '\n')} is neither UTF-8 nor UTF-16 nor Windows-1252. In your spreadsheet, save the file as “CSV UTF-8”.`,
			);
		}
		line += count(text, '\n');
		return text;
	}

	return {
		push: (piece: Uint8Array) => checked(decode(piece, false)),
		finish: () => checked(decode(none, true)),
		/** All ASCII is UTF-8 too. */
		encoding: (): Encoding => encoding ?? 'utf-8',
	};
}

/** What the first bytes say, and how many of them are only there to say it. */
function sniff([a, b, c]: Uint8Array): [Encoding | null, number] {
	if (a === 0xef && b === 0xbb && c === 0xbf) return ['utf-8', 3];
	if (a === 0xff && b === 0xfe) return ['utf-16le', 2];
	if (a === 0xfe && b === 0xff) return ['utf-16be', 2];
	if (a === 0 && b !== 0 && b !== undefined) return ['utf-16be', 0];
	if (b === 0 && a !== 0) return ['utf-16le', 0];
	return [null, 0];
}

function isUtf8(bytes: Uint8Array): boolean {
	try {
		new TextDecoder('utf-8', { fatal: true }).decode(
			bytes.subarray(0, characterLength(bytes[0] ?? 0)),
		);
		return true;
	} catch {
		return false;
	}
}

function toLatin(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
