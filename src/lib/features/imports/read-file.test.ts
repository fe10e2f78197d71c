import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../errors.ts';
import { csvLine } from '../../csv/write.ts';
import { limits, readFile, type Line } from './read-file.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

function utf16(text: string, big: boolean): Uint8Array {
	const bytes = Buffer.from(text, 'utf16le');
	return big ? bytes.swap16() : bytes;
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(file: string | Uint8Array, size = 7) {
	const lines: Line[] = [];
	const bytes = typeof file === 'string' ? utf8(file) : file;
	const found = await readFile(
		inPieces(bytes, size),
		async (_, chunk) => void lines.push(...chunk),
	);
	return { ...found, found: lines };
}

const refusalOf = (file: string | Uint8Array, size?: number) =>
	read(file, size).then(
		() => null,
		(problem: unknown) => {
			if (!(problem instanceof AppError)) throw problem;
			return [problem.code, problem.message];
		},
	);

const wanted: Line[] = [
	[2, 'A-1', 'Zwölf Nägel', '1,50'],
	[3, 'A-2', '“Œuvre”', ''],
];
const table = (mark: string, end: string) =>
	[
		['sku', 'näme', 'price'],
		['A-1', 'Zwölf Nägel', '"1,50"'],
		['A-2', '“Œuvre”', ''],
	]
		.map((fields) => fields.join(mark) + end)
		.join('');

describe('a file is read', () => {
	for (const mark of [',', ';', '\t']) {
		for (const end of ['\n', '\r\n', '\r']) {
			test.each([
				['utf-8', utf8(table(mark, end))],
				['utf-8', utf8(`\ufeff${table(mark, end)}`)],
				['utf-16le', utf16(`\ufeff${table(mark, end)}`, false)],
				['utf-16be', utf16(`\ufeff${table(mark, end)}`, true)],
				['utf-16le', utf16(table(mark, end), false)],
				['utf-16be', utf16(table(mark, end), true)],
			])(`that is %s with ${JSON.stringify(mark + end)}`, async (encoding, bytes) => {
				for (const size of [1, 2, 3, 5, 1000]) {
					const { header, found, ...rest } = await read(bytes, size);
					expect(header).toEqual(['sku', 'näme', 'price']);
					expect(found).toEqual(wanted);
					expect(rest).toEqual({ encoding, delimiter: mark, bytes: bytes.length, lines: 2 });
				}
			});
		}
	}

	test.each([1, 2, 3, 1000])('that is Windows-1252, in pieces of %i', async (size) => {
		const text = 'sku;name\nA-1;N\u00e4gel \u00bd\nA-2;\u00e9\n';
		const bytes = Uint8Array.of(...Buffer.from(text, 'latin1'), 0x42, 0x3b, 0x80);
		const { found, encoding } = await read(bytes, size);
		expect(encoding).toBe('windows-1252');
		expect(found).toEqual([
			[2, 'A-1', 'Nägel ½'],
			[3, 'A-2', 'é'],
			[4, 'B', '€'],
		]);
	});

	test('with each line where it begins, and empty ones left out', async () => {
		const { found } = await read('sku,name\r\n\r\n1,"a\r\nb\nc"\r\n ,\t\r\n2, d \r\n3\r\n4,5,6');
		expect(found).toEqual([
			[3, '1', 'a\r\nb\nc'],
			[7, '2', 'd'],
			[8, '3'],
			[9, '4', '5', '6'],
		]);
	});

	test('in chunks of so many lines and so many bytes', async () => {
		const sizes: number[] = [];
		const short = `sku,name\n${'a,b\n'.repeat(2500)}`;
		const long = `sku,name\n${`a,${'x'.repeat(90_000)}\n`.repeat(5)}`;
		for (const file of [short, long]) {
			await readFile(inPieces(utf8(file), 65_536), async (number, lines) => {
				sizes.push(lines.length);
				expect(lines.length).toBeLessThanOrEqual(limits.chunkLines);
				expect(JSON.stringify(lines).length).toBeLessThanOrEqual(limits.chunkBytes);
				expect(number).toBe(sizes.length > 3 ? sizes.length - 4 : sizes.length - 1);
			});
		}
		expect(sizes).toEqual([1000, 1000, 500, 2, 2, 1]);
	});
});

const text = 'sku,name\n';
const refusals: [string, string | Uint8Array, string, string][] = [
	['nothing', '', 'file_empty', 'empty'],
	['blank lines', '\n \n\r\n', 'file_empty', 'empty'],
	['a mark alone', '\ufeff', 'file_empty', 'empty'],
	['a header alone', text, 'file_no_lines', 'no lines'],
	['no header', 'A-1,Hammer,3\nA-2,Saw,4\n', 'file_no_header', 'Line 1'],
	['a column without a name', 'x,,y\n1,2,3\n', 'file_no_header', 'Line 1'],
	['one column', 'sku\nA-1\n', 'file_columns_missing', 'one column'],
	['too many columns', `sku${',x'.repeat(500)}\n1\n`, 'file_too_many_columns', '501 columns'],
	['an open quote', `${text}1,2\n3,"x\n\n`, 'file_quote', 'line 3 or after it, in column 2'],
	['a quote in a field', `${text}1,2\n3,x"y"\n`, 'file_quote', 'Line 3, column 2'],
	['text after a quote', `${text}"1"x,2\n`, 'file_quote', 'Line 2, column 1'],
	['an endless line', `${text}1,"${'x,\n'.repeat(50_000)}`, 'file_line_too_long', 'Line 2'],
	['a zero byte', `${text}1,2\n3,\0\n`, 'file_binary', 'line 3'],
	['a spreadsheet', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0xff), 'file_binary', 'spreadsheet'],
	['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0), 'file_binary', 'line 2'],
	['JSON', '[{"sku": 1, "name": 2}]', 'file_not_csv', 'JSON'],
	['a page', '<!doctype html>\n<p>,</p>', 'file_not_csv', 'web page'],
	['a PDF', '%PDF-1.7\n1,2\n', 'file_not_csv', 'PDF'],
	['mixed bytes', Uint8Array.of(...utf8('sku,näme\n1,2\n3,'), 0xe4, 10), 'file_encoding', 'Line 3'],
	['unknown bytes', Uint8Array.of(...utf8('sku,name\n1,'), 0x81, 10), 'file_encoding', 'Line 2'],
	['half UTF-16', utf16('\ufeffsku,name\n1,2', false).subarray(0, 23), 'file_encoding', 'UTF-16'],
];

describe('a file is refused', () => {
	test.each(refusals)('that is %s', async (_, file, code, words) => {
		for (const size of [1, 3, 64, 100_000]) {
			expect(await refusalOf(file, size)).toEqual([code, expect.stringContaining(words)]);
		}
	});

	test('that is too large, and no more of it is read', async () => {
		let asked = 0;
		async function* endless(): AsyncGenerator<Uint8Array, void> {
			yield utf8(text);
			const piece = utf8(`a,${'b'.repeat(49_997)}\n`.repeat(20));
			for (;;) {
				asked += 1;
				yield piece;
			}
		}
		const reading = readFile(endless(), async () => undefined);
		await expect(reading).rejects.toMatchObject({ code: 'file_too_large' });
		expect(asked).toBe(200);
	});

	test('whose reader fails, with the reason of that', async () => {
		const reading = readFile(inPieces(utf8(`${text}1,2\n`), 5), () =>
			Promise.reject(new Error('no room')),
		);
		await expect(reading).rejects.toThrow('no room');
	});

	test('that breaks off, with the reason of that', async () => {
		async function* broken(): AsyncGenerator<Uint8Array, void> {
			yield utf8(`${text}1,2\n`);
			throw new Error('cut');
		}
		await expect(readFile(broken(), async () => undefined)).rejects.toThrow('cut');
	});
});

// No control characters, which no CSV file has, and no halves of characters.
const cell = fc
	.oneof(
		fc.string({ unit: 'binary', maxLength: 12 }),
		fc.string({ unit: fc.constantFrom(...'"\'=+-@,;\n\t x') }),
	)
	.map((value) => value.replaceAll(/(?![\t\n\v\f\r])\p{Cc}|\ufeff/gu, '').trim());

test('what is written comes back the same, however it is cut into pieces', async () => {
	const row = fc.tuple(cell, cell, cell).filter((fields) => fields.some((field) => field !== ''));
	const rows = fc.array(row, { minLength: 1, maxLength: 8 });
	await fc.assert(
		fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (written, size) => {
			const file = csvLine(['sku', 'name', 'note']) + written.map(csvLine).join('');
			const { found } = await read(file, size);
			expect(found.map(([, ...fields]) => fields)).toEqual(written);
		}),
	);
});

test('no bytes make it fail but with a reason for a person', async () => {
	const bytes = fc.oneof(
		fc.uint8Array({ maxLength: 300 }),
		fc.string({ unit: fc.constantFrom(...'",;\r\n\ta1\u00e4') }).map(utf8),
		fc.uint8Array({ maxLength: 60 }).map((end) => Uint8Array.of(...utf8('sku,name\n1,'), ...end)),
	);
	await fc.assert(
		fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (file, size) => {
			const refusal = await refusalOf(file, size);
			if (refusal) expect(refusal[0]).toMatch(/^file_/);
		}),
		{ numRuns: 500 },
	);
});

test('others have their turn in a long file', async () => {
	let turns = 0;
	const timer = setInterval(() => (turns += 1), 1);
	await readFile(inPieces(utf8(text + '1,2\n'.repeat(30_000)), 65_536), async () => undefined);
	clearInterval(timer);
	expect(turns).toBeGreaterThan(3);
});
