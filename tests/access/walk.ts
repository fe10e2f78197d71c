/** Tries every cell of the access matrix in a database that has the migrations. */
import { readFileSync } from 'node:fs';
import { listOf, type TestDatabase } from '../support/database.ts';
import { calls, tables, verbs, verbsWithEverythingGranted, who, type Try } from './cells.ts';

/** A table or the functions: for each thing that is tried, what came of it, in the order of `people`. */
export type Part = { title: string; rows: Record<string, string[]> };

export const people = Object.entries(who);

/** The features that can be removed, in the order in which their rows depend on each other. */
const features: string[] = [
	'models', // feature: models
	'studio', // feature: studio
	'organizations', // feature: organizations
	'imports', // feature: imports
];

/** Makes the people and tries everything once. What came of it stays in the table matrix.cells. */
export async function walk(database: TestDatabase): Promise<Part[]> {
	for (const file of ['people.sql', ...features.map((slug) => `people/${slug}.sql`), 'walk.sql']) {
		await database.run(readFileSync(`tests/access/${file}`, 'utf8'));
	}
	await writeCells(database, await listTries(database));
	const [, rows] = await database.run(`
		update matrix.cells set outcome = matrix.outcome(claims, room, statement, is_value);
		select part, what, array_to_json(array_agg(outcome order by id))::text as outcomes
		from matrix.cells group by part, what order by min(id);`);

	const parts: Part[] = [];
	for (const row of rows ?? []) {
		const title = String(row['part']);
		if (parts.at(-1)?.title !== title) parts.push({ title, rows: {} });
		const outcomes: string[] = JSON.parse(String(row['outcomes']));
		Object.assign(parts.at(-1)?.rows ?? {}, { [String(row['what'])]: outcomes });
	}
	return parts;
}

type Tried = Try & { part: string; what: string; isValue: boolean };

async function listTries(database: TestDatabase): Promise<Tried[]> {
	const tried = (part: string, list: Record<string, Try>): Tried[] =>
		Object.entries(list).map(([what, one]) => ({ part, what, isValue: false, ...one }));
	// Of a function that says yes or no, or how many, the answer is what counts.
	const telling = await listOf(
		database,
		`select proname as name from pg_proc where pronamespace = 'public'::regnamespace
		and not proretset and prorettype in ('boolean'::regtype, 'integer'::regtype)`,
	);
	return [
		...Object.entries(tables).flatMap(([name, table]) => [
			...tried(`Table \`${name}\``, verbs(name, table)),
			...tried(
				`Table \`${name}\`, with everything granted`,
				verbsWithEverythingGranted(name, table),
			),
		]),
		...Object.entries(calls)
			.sort(([one], [other]) => (one < other ? -1 : 1))
			.map(([name, call]) => ({
				part: 'Functions',
				what: name,
				sql: `select public.${name}${call}`,
				isValue: telling.includes(name) || !call.endsWith(')'),
			})),
	];
}

async function writeCells(database: TestDatabase, tries: Tried[]): Promise<void> {
	const ids = await readIds(database);
	const cells = tries.flatMap(({ part, what, sql, room, isValue }) =>
		people.map(([name, person]) => {
			const self = 'name' in person ? ids[person.name] : undefined;
			const fill = filler(ids, self);
			const claims = { role: person.role, ...(self && { sub: self.id, session_id: self.session }) };
			const rest = { claims, room: room && fill(room), statement: fill(sql), is_value: isValue };
			return { part, what, who: name, ...rest };
		}),
	);
	await database.run(`
		insert into matrix.cells (part, what, who, claims, room, statement, is_value)
		select part, what, who, claims, room, statement, is_value
		from jsonb_populate_recordset(null::matrix.cells, $cells$${JSON.stringify(cells)}$cells$);`);
}

/** Everybody's id and session. Taken beforehand, because the people themselves may not look them up. */
type Id = { id: string; session: string };

async function readIds(database: TestDatabase): Promise<Record<string, Id>> {
	const [rows] = await database.run('select name, id, session_id from matrix.people');
	return Object.fromEntries(
		(rows ?? []).map((row) => [
			String(row['name']),
			{ id: String(row['id']), session: String(row['session_id']) },
		]),
	);
}

/** Writes the ids of those whom it is about in the place of the marks. */
function filler(ids: Record<string, Id>, self: Id | undefined): (text: string) => string {
	// Who has no rows of their own tries a user's.
	const own = self ?? ids['ann'];
	const other = own === ids['bob'] ? ids['ann'] : ids['bob'];
	const values: [RegExp, string | undefined][] = [
		[/:own\b/g, own?.id],
		[/:session\b/g, own?.session],
		[/:other\b/g, other?.id],
		[/:target_session\b/g, ids['target']?.session],
		[/:target_email\b/g, 'target@example.com'],
		[/:target\b/g, ids['target']?.id],
		[/:organization\b/g, ids['olga']?.id],
	];
	return (text) => values.reduce((all, [mark, value]) => all.replace(mark, `'${value}'`), text);
}
