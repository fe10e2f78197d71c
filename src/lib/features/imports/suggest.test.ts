import { expect, test } from 'vitest';
import { suggestDecimalMark, suggestMapping } from './suggest.ts';

test.each([
	['sku,name,quantity,price', { sku: 0, name: 1, quantity: 2, price: 3 }],
	[
		'Artikel-Nr.,Bezeichnung,Menge,Preis,Lagerort',
		{ sku: 0, name: 1, quantity: 2, price: 3, location: 4 },
	],
	['Title,Name,SKU', { name: 1, sku: 2 }],
	['Référence,Désignation,Quantité,Prix', { sku: 0, name: 1, quantity: 2, price: 3 }],
	['Item code,Product name,Qty on hand,Price (EUR)', { sku: 0, name: 1, quantity: 2, price: 3 }],
	['sku,sku,name', { sku: 0, name: 2 }],
	['Problem,Line,sku,name', { sku: 2, name: 3 }],
])('%s', (header, mapping) => {
	expect(suggestMapping(header.split(','), [])).toEqual(mapping);
});

test('columns whose names say nothing are told by what is in them', () => {
	const sample = [
		['A-1', 'A hammer', '12', '9.90', ''],
		['A-2', 'A saw', '12', '19.90', ''],
	];
	expect(suggestMapping(['a', 'b', 'c', 'd', 'e'], sample)).toEqual({
		sku: 0,
		name: 1,
		quantity: 2,
		price: 3,
	});
});

test.each([
	[['1.50', '2.00'], ',', '.'],
	[['1,50', '1.200,00'], ',', ','],
	[['1.000', '2.000'], ';', ','],
	[['1,000.50'], ';', '.'],
	[[], ',', '.'],
])('decimals of %j between %j are written with %j', (values, delimiter, mark) => {
	const sample = values.map((value) => [value]);
	expect(suggestDecimalMark(sample, 0, delimiter)).toBe(mark);
});
