import { describe, expect, test } from 'vitest';
import { describeDataset, faultOfTarget, listTargets, toNumber, type Column } from './dataset.ts';

const describeText = (text: string) => describeDataset([new TextEncoder().encode(text)]);
const lines = (count: number, line: (row: number) => string) =>
	Array.from({ length: count }, (_, row) => `${line(row)}\n`).join('');

describe('what a dataset holds', () => {
	test('is numbers, texts, and how many of them differ', async () => {
		const file = `size,colour,note\n${lines(40, (row) => `${row}.5,${row % 2 ? 'red' : 'blue'},n${row}`)}`;
		expect(await describeText(file)).toEqual({
			rows: 40,
			columns: [
				{ name: 'size', kind: 'number', distinct: 40, values: null },
				{ name: 'colour', kind: 'text', distinct: 2, values: ['blue', 'red'] },
				{ name: 'note', kind: 'text', distinct: 40, values: null },
			],
		});
	});

	test('counts an empty cell as no value, and a column of them as text', async () => {
		const { columns } = await describeText(`a,b\n${lines(20, (row) => `${row % 2 ? '' : row},`)}`);
		expect(columns).toMatchObject([
			{ kind: 'number', distinct: 10 },
			{ kind: 'text', distinct: 0 },
		]);
	});

	test('is read from 100,000 lines, and not from more', async () => {
		const file = `a,b\n${'1,x\n'.repeat(100_000)}`;
		expect((await describeText(file)).rows).toBe(100_000);
		await expect(describeText(`${file}1,x\n`)).rejects.toThrow('Line 100002 is one too many');
	});

	test.each([
		['nothing', '', 'The file is empty.'],
		['one column', 'a\n1\n', 'Line 1 has one column.'],
		['no header', '1,2\n3,4\n', 'Line 1 has no names of columns, only numbers.'],
		['a column twice', 'a,b,a\n', 'Line 1 has the column “a” twice.'],
		['a column without a name', 'a,\n', 'Line 1: column 2 has no name.'],
		['a long name', `a,${'b'.repeat(201)}\n`, 'Line 1: the name of column 2 is too long.'],
		['too many columns', `${'a,'.repeat(50)}b\n`, 'Line 1 has 51 columns.'],
		['a header alone', 'a,b\n', 'The file has 0 lines of data.'],
		['too few lines', `a,b\n${'1,2\n'.repeat(19)}`, 'The file has 19 lines of data.'],
	])('is not known of a file with %s', async (_, file, reason) => {
		await expect(describeText(file)).rejects.toMatchObject({
			code: 'dataset_unusable',
			message: expect.stringContaining(reason),
		});
	});
});

describe('what can be predicted', () => {
	const column = (name: string, distinct: number): Column => ({
		name,
		kind: 'text',
		distinct,
		values: null,
	});
	const columns = [column('same', 1), column('kind', 3), column('id', 21), column('none', 0)];

	test('is a column of a few kinds', () => {
		expect(listTargets(columns)).toEqual(['kind']);
		expect(faultOfTarget(columns, 'kind')).toBeNull();
	});

	test.each([
		['same', 'the same value on every line'],
		['none', 'has no values'],
		['id', 'more than 20 different values'],
		['other', 'There is no column “other”. There are: same, kind, id, none.'],
	])('is not “%s”', (name, reason) => {
		expect(faultOfTarget(columns, name)).toContain(reason);
	});
});

test.each([
	['1', 1],
	['-2.50', -2.5],
	['.5', 0.5],
	['1e3', 1000],
	['', null],
	['0x10', null],
	['1,5', null],
	['NaN', null],
	['1e999', null],
])('“%s” is read as the number %s', (cell, number) => {
	expect(toNumber(cell)).toBe(number);
});
