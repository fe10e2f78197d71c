import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function read(file: string | Uint8Array, size = 7): Promise<string[][]> {
	const whole = typeof file === 'string' ? bytes(file) : file;
	const chunks: Uint8Array[] = [];
	for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size));
	const found: string[][] = [];
	for await (const { fields } of readCsv(chunks)) found.push(fields);
	return found;
}

describe('reading a CSV file', () => {
	test('gives each record with the line on which it ends', async () => {
		const found = [];
		for await (const record of readCsv([bytes('a,b\n1,2\n\n3,"x\ny"\n4,5')])) found.push(record);
		expect(found).toEqual([
			{ line: 1, fields: ['a', 'b'] },
			{ line: 2, fields: ['1', '2'] },
			{ line: 5, fields: ['3', 'x\ny'] },
			{ line: 6, fields: ['4', '5'] },
		]);
	});

	test.each([
		['commas', 'a,b\n1,2\n'],
		['semicolons', 'a;b\r\n1;2\r\n'],
		['tabs', 'a\tb\n1\t2\n'],
		['a byte order mark', '\ufeffa,b\n1,2\n'],
		['spaces around fields', 'a , b\n 1,2 \n'],
		['a comma in a quoted name', '"a",b\n"1",2\n'],
	])('takes %s', async (_, file) => {
		expect(await read(file)).toEqual([
			['a', 'b'],
			['1', '2'],
		]);
	});

	test('has nothing to say about an empty file', async () => {
		expect(await read('')).toEqual([]);
	});

	test.each([
		['too few fields', 'a,b\n1,2\n3\n', 'Line 3 has 1 field, but the header has 2.'],
		['too many', 'a,b\n1,2,3\n', 'Line 2 has 3 fields, but the header has 2.'],
		['an open quote', 'a,b\n1,2\n1,"x\n\n\n', 'A quote that begins on line 3 or after it'],
		['an open quote in a long file', `a,b\n1,"${'x,\n'.repeat(90_000)}`, 'Line 2 goes on for more'],
		['a quote in a field', 'a,b\n1,2\n1,x"y"\n', 'Line 3 has a quote inside a field.'],
		['text after a quote', 'a,b\n1,"x"y\n', 'Line 2 has a quote inside a field.'],
		['a zero byte', 'a,b\n1,2\n1,\0\n', 'Line 3 is not text.'],
	])('says on which line it found %s', async (_, file, reason) => {
		await expect(read(file)).rejects.toMatchObject({
			code: 'dataset_unusable',
			status: 400,
			message: expect.stringContaining(reason),
		});
	});

	test.each([1, 2, 3, 7, 1000])('says which line is not UTF-8, in pieces of %i', async (size) => {
		const file = Uint8Array.of(...bytes('näme,b\n1,ö\n2,'), 0xe4, ...bytes('\n3,c\n'));
		await expect(read(file, size)).rejects.toThrow('Line 3 is not UTF-8 text.');
	});

	test('refuses a spreadsheet and an UTF-16 file', async () => {
		await expect(read(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0xff))).rejects.toThrow('Line 1');
		await expect(read(Uint8Array.of(0xff, 0xfe, 0x61, 0))).rejects.toThrow('not UTF-8');
	});

	test('gives back whatever was written, however it is cut into pieces', async () => {
		const field = fc
			.string({ unit: 'binary', minLength: 1, maxLength: 12 })
			.filter((text) => text.trim() === text && !/[\0\ufeff]/.test(text));
		const table = fc.integer({ min: 2, max: 5 }).chain((width) =>
			fc.array(fc.array(field, { minLength: width, maxLength: width }), {
				minLength: 1,
				maxLength: 8,
			}),
		);
		await fc.assert(
			fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async (records, size) => {
				const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
				const file = records.map((fields) => fields.map(quoted).join(',')).join('\n');
				expect(await read(file, size)).toEqual(records);
			}),
			{ numRuns: 60 },
		);
	});

	test('never fails on any bytes but with a reason', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (file) => {
				await read(file).catch((problem: unknown) => {
					expect(problem).toMatchObject({ code: 'dataset_unusable' });
				});
			}),
		);
	});

	test('lets others have their turn in a long file', async () => {
		let turns = 0;
		const timer = setInterval(() => (turns += 1), 1);
		let last = 0;
		for await (const { line } of readCsv([bytes(`a,b\n${'1,2\n'.repeat(30_000)}`)])) last = line;
		clearInterval(timer);
		expect(last).toBe(30_001);
		expect(turns).toBeGreaterThan(3);
	});
});
