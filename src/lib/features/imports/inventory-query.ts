export const sorts = { sku: 'SKU', name: 'Name', quantity: 'Quantity', price: 'Price' } as const;

export type Sort = keyof typeof sorts;
export type InventoryQuery = { q: string; sort: Sort; down: boolean; page: number };

const known: Sort[] = ['sku', 'name', 'quantity', 'price'];

/** By hand, as the page's script writes what this reads. What makes no sense counts as nothing. */
export function parseInventoryQuery(params: URLSearchParams): InventoryQuery {
	const page = Number(/^\d{1,5}$/.exec(params.get('page') ?? '')?.[0]);
	return {
		q: (params.get('q') ?? '').replaceAll('\0', '').trim().slice(0, 100),
		sort: known.find((name) => name === params.get('sort')) ?? 'sku',
		down: params.get('down') === '1',
		page: page >= 1 ? page : 1,
	};
}

export function inventoryQueryString(
	from: InventoryQuery,
	changes: Partial<InventoryQuery> = {},
): string {
	const { q, sort, down, page } = { ...from, ...changes };
	const params = new URLSearchParams();
	if (q) params.set('q', q);
	if (sort !== 'sku') params.set('sort', sort);
	if (down) params.set('down', '1');
	if (page > 1) params.set('page', String(page));
	return params.toString();
}
