import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { delimiterOf } from '../../csv/lines.ts';
import { readText } from './text.ts';
import { unusable } from './unusable.ts';

/** One line of a file, or more where a quoted field goes over several. */
export type CsvRecord = {
	/** The line on which it ends, counted from 1. */
	line: number;
	fields: string[];
};

/** Nobody writes such a line by hand: it is a quote that was never closed, or no text at all. */
const longestRecord = 100_000;

/** Then others have their turn: streams alone would keep the timers waiting until the file ends. */
const recordsAtOnce = 500;

/**
 * The records of a CSV file, one at a time, however long it is: the header too. Fields are parted by what parts the
 * header: commas, semicolons or tabs. What cannot be read is told with its line.
 */
export async function* readCsv(chunks: Iterable<Uint8Array>): AsyncGenerator<CsvRecord, void> {
	const texts = readText(chunks);
	const start = texts.next();
	if (start.done) return;
	// Ahead of what has been handed out: an error overtakes the records before it.
	let parsed = 0;
	const parser = parse({
		bom: true,
		delimiter: delimiterOf(start.value),
		info: true,
		max_record_size: longestRecord,
		skip_empty_lines: true,
		on_record: (record: string[], { lines }) => {
			parsed = lines;
			return record;
		},
		trim: true,
	});
	const source = Readable.from(prepend(start.value, texts));
	// An error of the source is an error of the whole.
	source.once('error', (problem) => parser.destroy(problem));
	source.pipe(parser);
	let records = 0;
	try {
		for await (const { record, info } of parser) {
			yield { line: info.lines, fields: record };
			records += 1;
			if (records % recordsAtOnce === 0) await setImmediate();
		}
	} catch (problem) {
		throw problem instanceof CsvError ? unusable(explain(problem, parsed)) : problem;
	} finally {
		source.destroy();
	}
}

function explain(problem: CsvError, lastRead: number): string {
	const line = typeof problem['lines'] === 'number' ? `Line ${problem['lines']}` : 'The file';
	switch (problem.code) {
		case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
			const [, wanted = '', got = ''] = /expect (\d+), got (\d+)/.exec(problem.message) ?? [];
			return `${line} has ${got} ${got === '1' ? 'field' : 'fields'}, but the header has ${wanted}.`;
		}
		case 'CSV_QUOTE_NOT_CLOSED':
			return `A quote that begins on line ${lastRead + 1} or after it is never closed.`;
		case 'CSV_MAX_RECORD_SIZE':
			return `Line ${lastRead + 1} goes on for more than ${longestRecord} characters. Is a quote not closed?`;
		default:
			return `${line} has a quote inside a field. Quote the whole field, and write that quote twice.`;
	}
}

function* prepend(first: string, rest: Iterable<string>): Generator<string, void> {
	yield first;
	yield* rest;
}
