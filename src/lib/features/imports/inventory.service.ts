import { AppError } from '../../errors.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { InventoryQuery } from './inventory-query.ts';
import type { NewItem } from './inventory.schema.ts';

const columns =
	'id, organization_id, sku, name, quantity, price, location, category, note, version, updated_at';

/** A page of an organization's items; `further` says whether more follow. */
export async function listItems(
	client: Client,
	organizationId: string,
	{ q, sort, down, page }: InventoryQuery,
	pageSize = 50,
) {
	const from = (page - 1) * pageSize;
	let call = client
		.from('inventory_items')
		.select(columns)
		.eq('organization_id', organizationId)
		.order(sort, { ascending: !down, nullsFirst: false })
		.order('id')
		.range(from, from + pageSize);
	if (q) call = call.or(containing(q));
	const rows = await answerOf(call);
	return {
		items: rows.slice(0, pageSize).map(toItem),
		further: rows.length > pageSize,
		first: from + 1,
	};
}

/** Null for one of an organization that is none of these: admins could read everybody's. */
export async function findItem(client: Client, organizationIds: string[], id: string) {
	const row = await answerOf(
		client
			.from('inventory_items')
			.select(columns)
			.eq('id', id)
			.in('organization_id', organizationIds)
			.maybeSingle(),
	);
	return row && toItem(row);
}

export type Item = NonNullable<Awaited<ReturnType<typeof findItem>>>;

/** All items, as far as `q` asks for them, in the order of their skus, a page at a time. */
export async function* eachItemPage(
	client: Client,
	organizationId: string,
	q: string,
	pageSize = 1000,
): AsyncGenerator<Item[], void> {
	let after: string | null = null;
	for (;;) {
		let call = client
			.from('inventory_items')
			.select(columns)
			.eq('organization_id', organizationId)
			.order('sku')
			.limit(pageSize);
		if (q) call = call.or(containing(q));
		if (after !== null) call = call.gt('sku', after);
		const items: Item[] = (await answerOf(call)).map(toItem);
		yield items;
		const last = items.at(-1);
		if (!last || items.length < pageSize) return;
		after = last.sku;
	}
}

export async function createItem(
	client: Client,
	organizationId: string,
	item: NewItem,
): Promise<void> {
	const row = { organization_id: organizationId, ...item };
	await onceEach(answerOf(client.from('inventory_items').insert(row)));
}

/** Only what the person has seen. */
export async function updateItem(
	client: Client,
	id: string,
	version: number,
	item: NewItem,
): Promise<void> {
	const call = client.from('inventory_items').update(item).eq('id', id).eq('version', version);
	const rows = await onceEach(answerOf(call.select('id')));
	if (rows.length > 0) return;
	throw new AppError(
		'item_changed',
		409,
		'Somebody else, or an import, has changed or deleted this item meanwhile. Load the page again to see it.',
	);
}

export async function deleteItem(client: Client, id: string): Promise<void> {
	await answerOf(client.from('inventory_items').delete().eq('id', id));
}

/** A numeric is a number to one data API and a text to another. */
function toItem<Row extends { price: number | null }>(row: Row) {
	return { ...row, price: row.price === null ? null : Number(row.price) };
}

/** A condition of the data API. What could mean something there, or to LIKE, stands for any character. */
function containing(q: string): string {
	const like = `%${q.replaceAll(/[^\p{L}\p{N} -]/gu, '_')}%`;
	return ['sku', 'name', 'location', 'category'].map((name) => `${name}.ilike.${like}`).join();
}

async function onceEach<Answer>(asked: Promise<Answer>): Promise<Answer> {
	try {
		return await asked;
	} catch (problem) {
		if (!(problem instanceof AppError) || problem.code !== '23505') throw problem;
		throw new AppError('sku_taken', 409, 'Another item has this SKU already.');
	}
}
