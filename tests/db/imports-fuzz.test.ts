/** Lines that nobody thought of: what the database makes of them is what somebody else says that it should. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { migrate, type Engine } from '../support/database.ts';
import { startEngines } from '../support/engines.ts';
import {
	expectImport,
	fieldNames,
	sortItems,
	type Given,
	type Mapping,
} from '../support/import-oracle.ts';

const [embedded, hosted] = await startEngines('an import of any lines at all');
describeOn(embedded, 100);
if (hosted) describeOn(hosted, 300);

const digits = fc.stringMatching(/^[0-9]{1,12}$/);
const written = fc.oneof(
	digits,
	fc.stringMatching(/^[+-]?[0-9]{1,4}([.,][0-9]{1,5})?$/),
	fc.stringMatching(/^-?[0-9]{1,3}([.,' ][0-9]{3}){1,4}([.,][0-9]{0,4})?$/),
	fc.stringMatching(/^[+-]?[0-9.,eE' \u00a0\u202f\u2019-]{1,12}$/),
	fc.stringMatching(/^[0-9]{55,70}([.,]0{1,4})?$/),
	fc.constantFrom(
		'NaN',
		'Infinity',
		'1e3',
		'0x1F',
		'\u0661',
		'\uff11',
		'\u22121',
		'-0',
		'00',
		'1_0',
		'½',
		'٣',
	),
);
/** Every text but the one letter that a database cannot hold, and halves of letters, which no encoding has. */
const text = fc
	.oneof(
		fc.string({ unit: 'grapheme', maxLength: 12 }),
		fc.string({ unit: 'binary', maxLength: 12 }),
		fc.constantFrom(
			'',
			' ',
			'\t',
			'"',
			'""',
			',',
			';',
			'\r\n',
			"'; drop table x; --",
			'=1+1',
			'\\',
			'$1',
			'{}',
			'\ufeff',
			'\u202e',
		),
	)
	.map((value) => value.toWellFormed().replaceAll('\0', ''));
const long = fc
	.tuple(
		fc.constantFrom('x', 'é', '🍎', 'e\u0301'),
		fc.constantFrom(50, 99, 100, 101, 199, 200, 201, 1999, 2000, 2001),
	)
	.map(([letter, count]) => letter.repeat(count));
const sku = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.constantFrom('A', 'a', 'B', ' B ', 'é', 'e\u0301', '10', '010', 'ß', 'ss'),
	},
	{ weight: 3, arbitrary: text },
	{ weight: 1, arbitrary: long },
);

const item = fc.record({
	sku: fc.constantFrom('A', 'a', 'B', 'é', '10', 'Known'),
	name: fc.constantFrom('Apple', 'Älter'),
	quantity: fc.constantFrom(null, '0', '7'),
	price: fc.constantFrom(null, '0.00', '12.50'),
	location: fc.constantFrom(null, 'Here'),
	category: fc.constant(null),
	note: fc.constantFrom(null, 'Note\nof two lines'),
});

const given: fc.Arbitrary<Given & { perChunk: number }> = fc
	.tuple(
		fc
			.shuffledSubarray([...fieldNames], { minLength: 2 })
			.filter((names) => names.includes('sku') && names.includes('name')),
		fc.nat(2),
	)
	.chain(([names, unused]) => {
		const width = names.length + unused;
		const mapping: Mapping = { sku: names.indexOf('sku'), name: names.indexOf('name') };
		names.forEach((name, place) => (mapping[name] = place));
		const field = (place: number): fc.Arbitrary<string> => {
			const name = names[place];
			if (name === 'sku') return sku;
			if (name === 'quantity' || name === 'price') {
				return fc.oneof({ weight: 4, arbitrary: written }, { weight: 1, arbitrary: text });
			}
			return fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: long });
		};
		const fields = fc.tuple(...Array.from({ length: width }, (_, place) => field(place)));
		const line = fc.oneof(
			{ weight: 12, arbitrary: fields },
			{ weight: 1, arbitrary: fc.array(text, { maxLength: width + 2 }) },
		);
		return fc.record({
			width: fc.constant(width),
			mapping: fc.constant(mapping),
			mark: fc.constantFrom<'.' | ','>('.', ','),
			onKnown: fc.constantFrom<'update' | 'skip'>('update', 'skip'),
			lines: fc
				.array(line, { minLength: 1, maxLength: 30 })
				.map((lines) => lines.map((each, place) => ({ line: place * 3 + 2, fields: [...each] }))),
			before: fc.uniqueArray(item, { selector: ({ sku: name }) => name, maxLength: 5 }),
			perChunk: fc.integer({ min: 1, max: 12 }),
		});
	});

const textOrNull = v.nullable(v.string());
const storedItem = v.object({
	sku: textOrNull,
	name: textOrNull,
	quantity: textOrNull,
	price: textOrNull,
	location: textOrNull,
	category: textOrNull,
	note: textOrNull,
});

const storedItems = `
	select jsonb_build_object(
		'sku', sku, 'name', name, 'quantity', quantity::text, 'price', price::text,
		'location', location, 'category', category, 'note', note
	) as item
	from public.inventory_items`;

const person = '00000000-0000-0000-0000-000000000001';
const literal = (value: unknown) => `$fuzz$${JSON.stringify(value)}$fuzz$::jsonb`;
const work = `
	do $work$
	declare
		v_job record;
	begin
		select * into v_job from public.claim_jobs('w', array['imports.run'], 1, 30);
		while private.import_chunk(v_job.id, v_job.token) loop end loop;
	end $work$;`;

function describeOn(engine: Engine, runs: number): void {
	describe(`an import of any lines at all, on ${engine.name}`, () => {
		test('stores what it should, refuses what it should, and is undone to what was before', async () => {
			const database = await engine.open();
			await migrate(database);
			const read = async (query: string) => (await database.run(query)).at(-1) ?? [];
			// As JSON: PGlite's driver takes a byte order mark off the beginning of what it reads.
			const readItems = async () =>
				sortItems(
					(await read(storedItems)).map((row) => v.parse(v.object({ item: storedItem }), row).item),
				);
			try {
				await fc.assert(
					fc.asyncProperty(given, async ({ perChunk, ...each }) => {
						const { lines, before, mapping, mark, onKnown, width } = each;
						const expected = expectImport(each);
						const chunks: unknown[] = [];
						for (let at = 0; at < lines.length; at += perChunk) {
							chunks.push(
								lines.slice(at, at + perChunk).map(({ line, fields }) => [line, ...fields]),
							);
						}
						await database.run(`
							delete from public.organizations;
							delete from auth.users;
							insert into auth.users (id, email) values ('${person}', 'ann@example.com');
							insert into public.organizations (name) values ('Place');
							insert into public.inventory_items (organization_id, sku, name, quantity, price, location, category, note)
							select place.id, known.sku, known.name, known.quantity, known.price, known.location, known.category, known.note
							from public.organizations as place, jsonb_to_recordset(${literal(before)}) as known (
								sku text, name text, quantity integer, price numeric, location text, category text, note text
							);
							insert into public.import_files (
								organization_id, created_by, name, byte_size, encoding, delimiter, header, line_count, chunk_count, complete
							)
							select id, '${person}', 'fuzz.csv', 1, 'utf-8', ',', array_fill('x'::text, array[${width}]),
								${lines.length}, ${chunks.length}, true
							from public.organizations;
							insert into private.import_chunks (file_id, number, lines)
							select file.id, chunk.place - 1, chunk.lines
							from public.import_files as file,
								jsonb_array_elements(${literal(chunks)}) with ordinality as chunk (lines, place);
							insert into public.scheduled_jobs (organization_id, created_by, file_id, mapping, decimal_mark, on_known)
							select organization_id, created_by, id, ${literal(mapping)}, '${mark}', '${onKnown}'
							from public.import_files;
							${work}`);
						expect(
							await read(
								`select status, lines_done, lines_added, lines_updated, lines_skipped, lines_refused from public.scheduled_jobs`,
							),
						).toEqual([
							{
								status: 'done',
								lines_done: lines.length,
								lines_added: expected.added,
								lines_updated: expected.updated,
								lines_skipped: expected.skipped,
								lines_refused: expected.refusals.length,
							},
						]);
						expect(
							await read('select line, fields, reason from private.import_refusals order by line'),
						).toEqual(expected.refusals);
						expect(await readItems()).toEqual(expected.items);

						await database.run(`
							update public.scheduled_jobs set status = 'undoing';
							select private.enqueue_job('imports.run', id, created_by) from public.scheduled_jobs;
							${work}`);
						expect(await readItems()).toEqual(sortItems(before));
					}),
					{ numRuns: runs },
				);
			} finally {
				await database.close();
			}
		}, 900_000);
	});
}
