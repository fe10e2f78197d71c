import { describe, expect, test } from 'vitest';
import { describeDataset } from './dataset.ts';
import { samples } from './samples.ts';
import { chunksOf, readTable } from './table.ts';

const lines = (count: number, line: (row: number) => string) =>
	Array.from({ length: count }, (_, row) => `${line(row)}\n`).join('');

describe('a dataset as a model reads it', () => {
	test('has amounts in their usual measure and texts as which of the values they are', async () => {
		const file = `size,kind,colour\n${lines(20, (row) => `${row % 2 ? 3 : 1},${row % 2 ? 'b' : 'a'},${row % 4 ? 'red' : ''}`)}`;
		const { rows, inputs, cells, classes, labels } = await readTable(file, 'kind');
		expect(rows).toBe(20);
		expect(classes).toEqual(['a', 'b']);
		expect([...labels.slice(0, 4)]).toEqual([0, 1, 0, 1]);
		expect(inputs).toEqual([
			{ kind: 'number', name: 'size', mean: 2, deviation: 1 },
			{ kind: 'text', name: 'colour', values: ['red', ''] },
		]);
		expect([...cells.slice(0, 4)]).toEqual([-1, 1, 1, 0]);
	});

	test('passes over lines that do not say what is to be predicted', async () => {
		const file = `size,kind\n${lines(60, (row) => `${row},${['a', 'b', ''][row % 3]}`)}`;
		expect((await readTable(file, 'kind')).rows).toBe(40);
	});

	test('keeps the values that come most often', async () => {
		const file = `name,kind\n${lines(100, (row) => `${row < 20 ? 'often' : `n${row}`},${row % 2 ? 'a' : 'b'}`)}`;
		const [input] = (await readTable(file, 'kind')).inputs;
		expect(input).toMatchObject({ values: expect.arrayContaining(['often']) });
		expect(input?.kind === 'text' && input.values.length).toBe(30);
	});

	test.each([
		['has gone', `a,b\n${lines(20, (row) => `${row},x`)}`, 'no column “kind”'],
		['is one only', `a,kind\n${lines(20, (row) => `${row},x`)}`, 'the same on every line'],
		['is too many', `a,kind\n${lines(30, (row) => `1,k${row}`)}`, 'Line 22 has the 21st value'],
		[
			'is said too seldom',
			`a,kind\n${lines(40, (row) => `1,${row < 19 ? row % 2 : ''}`)}`,
			'Only 19 lines',
		],
	])('is refused when what is to be predicted %s', async (_, file, reason) => {
		await expect(readTable(file, 'kind')).rejects.toThrow(reason);
	});

	test('is read in bounded memory: four bytes a cell', async () => {
		const line = `${'1,red,'.repeat(5)}a\n${'2,blue,'.repeat(5)}b\n`;
		const header = Array.from({ length: 10 }, (_, index) => `c${index}`).join(',');
		const table = await readTable(`${header},kind\n${line.repeat(50_000)}`, 'kind');
		expect(table.rows).toBe(100_000);
		expect(table.cells.byteLength).toBe(100_000 * 10 * 4);
	});
});

describe('a sample', () => {
	test.each(samples)('$id is the same every time, and can be learned from', async (sample) => {
		const content = sample.write();
		expect(content).toBe(sample.write());
		const { columns, rows } = await describeDataset(chunksOf(content));
		expect(rows).toBe(20_000);
		expect(columns.map(({ name }) => name)).toContain(sample.target);
		expect((await readTable(content, sample.target)).classes.length).toBeGreaterThan(2);
	});
});

test('a text is cut into the bytes of a file, and never through a character', () => {
	const text = `${'x'.repeat(65_535)}😀${'é'.repeat(70_000)}`;
	const bytes = Buffer.concat([...chunksOf(text)]);
	expect(bytes.toString('utf8')).toBe(text);
});
