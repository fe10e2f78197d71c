/** Files of which is known what an import makes of them, stored as the app stores them. */
export type Sql = <Row>(text: string, parameters?: unknown[]) => Promise<Row[]>;

/** Every 50th line is refused. */
const lines = `
	select
		number, number % 50 = 0 as is_wrong, number + 2 as line, 'SKU-' || number as sku, 'Item ' || number as name,
		number % 1000 as quantity, round((number % 997) + 0.25, 2) as price
	from generate_series(0, $1::integer - 1) as number`;

/** An organization and its owner, as nobody's token can make them. */
export async function makePlace(sql: Sql): Promise<{ person: string; place: string }> {
	const [made] = await sql<{ person: string; place: string }>(`
		with person as (
			insert into auth.users (id, email, created_at)
			values (gen_random_uuid(), gen_random_uuid() || '@example.com', now()) returning id
		), place as (insert into public.organizations (name) values ('Place') returning id), belonging as (
			insert into public.memberships (organization_id, user_id, role)
			select place.id, person.id, 'owner' from person, place
		)
		select person.id as person, place.id as place from person, place`);
	if (!made) throw new Error('Nothing was made.');
	return made;
}

export async function storeFile(
	sql: Sql,
	{ person, place }: { person: string; place: string },
	count: number,
	perChunk: number,
): Promise<string> {
	const [file] = await sql<{ id: string }>(
		`insert into public.import_files (
			organization_id, created_by, name, byte_size, encoding, delimiter, header, line_count, chunk_count, complete
		)
		values (
			$1, $2, 'stock.csv', 1000, 'utf-8', ',', array['sku', 'name', 'quantity', 'price'],
			$3::integer, ceil($3::integer / $4::numeric), true
		)
		returning id`,
		[place, person, count, perChunk],
	);
	if (!file) throw new Error('No file was stored.');
	await sql(
		`insert into private.import_chunks (file_id, number, lines)
		select $3::uuid, number / $2::integer, jsonb_agg(
			jsonb_build_array(
				line, sku, name, case when is_wrong then 'many' else quantity::text end, price::text
			) order by number
		)
		from (${lines}) as line
		group by number / $2::integer`,
		[count, perChunk, file.id],
	);
	return file.id;
}

/** Answers the id of the import. */
export async function startImport(
	sql: Sql,
	{ person, place }: { person: string; place: string },
	file: string,
): Promise<string> {
	const [job] = await sql<{ id: string }>(
		`insert into public.scheduled_jobs (organization_id, created_by, file_id, mapping)
		values ($1, $2, $3, '{"sku": 0, "name": 1, "quantity": 2, "price": 3}') returning id`,
		[place, person, file],
	);
	if (!job) throw new Error('No import was started.');
	return job.id;
}

/** What is there and should not be, or the other way round: nothing when each line was stored exactly so many times. */
export async function findDifferences(
	sql: Sql,
	place: string,
	count: number,
	times: number,
): Promise<unknown[]> {
	return sql(
		`select expected.sku as expected, item.sku as found, item.version
		from (select * from (${lines}) as line where not is_wrong) as expected
		full join (select * from public.inventory_items where organization_id = $2) as item on item.sku = expected.sku
		where item.sku is null or expected.sku is null
			or (item.name, item.quantity, item.price, item.version)
				is distinct from (expected.name, expected.quantity, expected.price, $3::integer)
		limit 5`,
		[count, place, times],
	);
}
