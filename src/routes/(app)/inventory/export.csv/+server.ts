import { csvFile } from '$lib/csv/write.ts';
import { inPrice } from '$lib/features/imports/figures.ts';
import { parseInventoryQuery } from '$lib/features/imports/inventory-query.ts';
import { eachItemPage } from '$lib/features/imports/inventory.service.ts';
import { requireWorkplace } from '$lib/features/imports/workplace.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

const header = ['sku', 'name', 'quantity', 'price', 'location', 'category', 'note'];

/** It can be imported again as it is. */
export const GET: RequestHandler = async (event) => {
	const workplace = requireWorkplace(event);
	const { q } = parseInventoryQuery(event.url.searchParams);
	async function* pages() {
		for await (const items of eachItemPage(event.locals.supabase, workplace.id, q)) {
			yield items.map(({ sku, name, quantity, price, location, category, note }) => [
				...[sku, name, quantity, price === null ? null : inPrice(price)],
				...[location, category, note],
			]);
		}
	}
	return showOrFail(csvFile('inventory.csv', header, pages()));
};
