import { expect, test } from 'vitest';
import { csvFile, csvLine } from './write.ts';

test.each(['=1+1', '+1', '-1', '@sum(a1)', '\tx', '\rx'])(
	'%j does not begin a formula in a spreadsheet',
	(cell) => {
		expect(csvLine([cell])).toBe(`"'${cell}"\r\n`);
	},
);

test('quotes, commas and line breaks stay inside their cell', () => {
	expect(csvLine(['Ada "the first"', 'a,b', 'one\ntwo', null, 3])).toBe(
		'"Ada ""the first""","a,b","one\ntwo","","3"\r\n',
	);
});

test('a file is its heading and the pages one after the other', async () => {
	async function* pages() {
		yield [['a'], ['b']];
		yield [['c']];
	}
	const file = await csvFile('x.csv', ['letter'], pages());
	expect([...new Uint8Array(await file.clone().arrayBuffer())].slice(0, 3)).toEqual([
		0xef, 0xbb, 0xbf,
	]);
	expect(await file.text()).toBe('"letter"\r\n"a"\r\n"b"\r\n"c"\r\n');
});

test('a refused first page is no file', async () => {
	async function* pages() {
		yield await Promise.reject<string[][]>(new Error('not allowed'));
	}
	await expect(csvFile('x.csv', ['letter'], pages())).rejects.toThrow('not allowed');
});
