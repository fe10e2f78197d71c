import { expect, test } from 'vitest';
import { inventoryQueryString, parseInventoryQuery } from './inventory-query.ts';

test.each(['', 'q=a%26b', 'sort=price&down=1&page=3', 'q=%25_%5C%22%2C%28%29&page=2'])(
	'%j is read and written',
	(query) => {
		expect(inventoryQueryString(parseInventoryQuery(new URLSearchParams(query)))).toBe(query);
	},
);

test('what makes no sense counts as nothing', () => {
	const query = parseInventoryQuery(new URLSearchParams('sort=id&down=yes&page=-1&q=%00'));
	expect(query).toEqual({ q: '', sort: 'sku', down: false, page: 1 });
});
