import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { delimiterOf } from '../../csv/lines.ts';
import { createDecoder, type Encoding } from './decoder.ts';
import { refuseFile } from './refuse-file.ts';

export type Delimiter = ',' | ';' | '\t';
/** The line on which it begins, counted from 1, and its fields. */
export type CsvRecord = { line: number; fields: string[] };

/** Nobody writes such a line by hand: it is a quote that was never closed, or no table at all. */
const longestRecord = 100_000;

/** Then others have their turn: streams alone would keep the timers waiting until the file ends. */
const recordsAtOnce = 500;

/** How a page, a program's data or a document begins, and no table. */
const otherBeginnings: [RegExp, string][] = [
	[/^\s*<(!doctype|html|\?xml|[a-z]+[\s>])/i, 'This is a web page or an XML file, not a CSV file.'],
	[/^\s*(\{\s*["}]|\[\s*[[{\]])/, 'This is a JSON file, not a CSV file.'],
	[/^\{\\rtf/, 'This is a text document, not a CSV file.'],
	[/^%PDF-/, 'This is a PDF, not a CSV file.'],
	[/^PK\p{Cc}{2}/u, 'This is a spreadsheet or a ZIP file. Open it, and save it as “CSV UTF-8”.'],
];

/**
 * The records of a CSV file, the header too, in memory for a few of them. What it turned out to be is known when the
 * first record is there, and its encoding for good at the end.
 */
export function readRecords(bytes: AsyncIterable<Uint8Array>) {
	const decoder = createDecoder();
	let delimiter: Delimiter = ',';

	async function* texts(): AsyncGenerator<string, void> {
		for await (const piece of bytes) {
			const text = decoder.push(piece);
			if (text !== '') yield text;
		}
		const end = decoder.finish();
		if (end !== '') yield end;
	}

	/** As much of the beginning as it takes to have all of the first line. */
	async function* begun(): AsyncGenerator<string, void> {
		const all = texts();
		let start = '';
		while (!/[^\s][^\r\n]*[\r\n]/.test(start) && start.length < longestRecord) {
			const { done, value } = await all.next();
			if (done) break;
			start += value;
		}
		for (const [beginning, sentence] of otherBeginnings) {
			if (beginning.test(start)) throw refuseFile('file_not_csv', sentence);
		}
		delimiter = delimiterOf(start);
		yield start;
		yield* all;
	}

	async function* records(): AsyncGenerator<CsvRecord, void> {
		const source = begun();
		const first = await source.next();
		if (first.done || first.value.trim() === '') return;
		// Ahead of what has been handed out: an error overtakes the records before it.
		let parsed = 0;
		/** In quotes the parser takes \r\n for two lines. */
		let tooMany = 0;
		const parser = parse({
			delimiter,
			max_record_size: longestRecord,
			on_record: (fields: string[], { lines }) => {
				const breaks = breaksIn(fields);
				tooMany += breaks.double;
				parsed = lines - tooMany;
				// The parser hands on texts only: the line goes along as the last of them.
				fields.push(String(parsed - breaks.all));
				return fields;
			},
			record_delimiter: ['\r\n', '\n', '\r'],
			relax_column_count: true,
			skip_empty_lines: true,
			skip_records_with_empty_values: true,
			trim: true,
		});
		const rest = Readable.from(prepend(first.value, source));
		// An error of the source is an error of the whole.
		rest.once('error', (problem) => parser.destroy(problem));
		rest.pipe(parser);
		let count = 0;
		try {
			for await (const fields of parser) {
				const line = Number(fields.pop());
				yield { line, fields };
				count += 1;
				if (count % recordsAtOnce === 0) await setImmediate();
			}
		} catch (problem) {
			throw problem instanceof CsvError ? explain(problem, parsed, tooMany) : problem;
		} finally {
			rest.destroy();
		}
	}

	return {
		records: records(),
		found: (): { delimiter: Delimiter; encoding: Encoding } => ({
			delimiter,
			encoding: decoder.encoding(),
		}),
	};
}

function breaksIn(fields: string[]): { all: number; double: number } {
	let all = 0;
	let double = 0;
	for (const field of fields) {
		for (const [found] of field.matchAll(/\r\n|[\r\n]/g)) {
			all += 1;
			double += found.length - 1;
		}
	}
	return { all, double };
}

function explain(problem: CsvError, lastRead: number, tooMany: number) {
	const at = numberOf(problem, 'lines', lastRead + 1) - tooMany;
	const column = numberOf(problem, 'index', 0) + 1;
	switch (problem.code) {
		case 'CSV_QUOTE_NOT_CLOSED':
			return refuseFile(
				'file_quote',
				`A quote that begins on line ${lastRead + 1} or after it, in column ${column}, is never closed.`,
			);
		case 'CSV_MAX_RECORD_SIZE':
			return refuseFile(
				'file_line_too_long',
				`Line ${lastRead + 1} goes on for more than ${longestRecord.toLocaleString('en-GB')} characters. Is a quote not closed?`,
			);
		default:
			return refuseFile(
				'file_quote',
				`Line ${at}, column ${column}, has a quote inside a field. Quote the whole field, and write that quote twice.`,
			);
	}
}

function numberOf(problem: CsvError, name: string, otherwise: number): number {
	const value = problem[name];
	return typeof value === 'number' ? value : otherwise;
}

async function* prepend(first: string, rest: AsyncIterable<string>): AsyncGenerator<string, void> {
	yield first;
	yield* rest;
}
