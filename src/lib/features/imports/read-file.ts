import { rearm } from '../../csv/formula.ts';
import type { Encoding } from './decoder.ts';
import { fieldNamed } from './fields.ts';
import { readRecords, type CsvRecord, type Delimiter } from './records.ts';
import { refuseFile } from './refuse-file.ts';

export const limits = {
	bytes: 200_000_000,
	columns: 500,
	headerBytes: 50_000,
	chunkLines: 1000,
	chunkBytes: 256_000,
};

/** The line in the file, and its fields. */
export type Line = [number, ...string[]];

export type ReadFile = {
	header: string[];
	encoding: Encoding;
	delimiter: Delimiter;
	bytes: number;
	lines: number;
};

/**
 * Reads a file through, handing on its lines a chunk at a time, and no more of it is ever in memory. What it throws is
 * a sentence for the person who gave it, or what `store` threw.
 */
export async function readFile(
	file: AsyncIterable<Uint8Array>,
	store: (number: number, lines: Line[]) => Promise<void>,
): Promise<ReadFile> {
	let bytes = 0;
	async function* counted(): AsyncGenerator<Uint8Array, void> {
		for await (const piece of file) {
			bytes += piece.length;
			if (bytes > limits.bytes) {
				throw refuseFile(
					'file_too_large',
					'This file is larger than 200 MB. Split it, with the header in each part.',
				);
			}
			yield piece;
		}
	}
	const { records, found } = readRecords(counted());
	const header = await readHeader(records);
	let lines = 0;
	let number = 0;
	let chunk: Line[] = [];
	let size = 0;
	async function send(): Promise<void> {
		if (chunk.length === 0) return;
		await store(number, chunk);
		number += 1;
		chunk = [];
		size = 0;
	}
	for await (const { line, fields } of records) {
		const weight = fields.reduce((sum, field) => sum + Buffer.byteLength(field) + 3, 10);
		if (chunk.length === limits.chunkLines || size + weight > limits.chunkBytes) await send();
		chunk.push([line, ...fields.map(rearm)]);
		size += weight;
		lines += 1;
	}
	await send();
	if (lines === 0) {
		throw refuseFile('file_no_lines', 'The file has a header and no lines after it.');
	}
	return { header, ...found(), bytes, lines };
}

async function readHeader(records: AsyncGenerator<CsvRecord, void>): Promise<string[]> {
	const first = await records.next();
	if (first.done) throw refuseFile('file_empty', 'The file is empty.');
	const { line } = first.value;
	const header = first.value.fields.map((name) => rearm(name).trim());
	if (header.length < 2) {
		throw refuseFile(
			'file_columns_missing',
			`Line ${line} has one column, and it takes two at least: a sku and a name. Columns are parted by commas, semicolons or tabs.`,
		);
	}
	if (header.length > limits.columns || Buffer.byteLength(header.join()) > limits.headerBytes) {
		throw refuseFile(
			'file_too_many_columns',
			`Line ${line} has ${header.length} columns. At most ${limits.columns} with short names can be read.`,
		);
	}
	const named = header.some((name) => fieldNamed(name) !== null);
	if (!named && header.some((name) => name === '' || /^[-+]?\d[\d.,\s]*$/.test(name))) {
		throw refuseFile(
			'file_no_header',
			`Line ${line} looks like an item and not like a header. Put the names of the columns above it: sku, name, quantity …`,
		);
	}
	return header;
}
