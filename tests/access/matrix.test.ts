/**
 * Walks every cell of who × table × verb × whose row, and every function, on both engines, and compares with
 * matrix.md. `rows 0` is a row that a policy hides; 42501 is a refusal. After a change that is meant:
 *   npx vitest run --project db tests/access -u        and look at the difference
 */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import {
	migrate,
	startHostedShape,
	startPglite,
	type Engine,
	type TestDatabase,
} from '../support/database.ts';
import { calls, tables, verbs, who } from './cells.ts';

const people = Object.entries(who);
const embedded = startPglite();
const hosted = await startHostedShape();
afterAll(() => Promise.all([embedded.stop(), hosted?.stop()]));

describeOn(embedded);
if (hosted) describeOn(hosted);
else
	describe.skip('the access matrix on PostgreSQL: there is none on this machine', () => undefined);

/** What a token that is worth nothing still gets. */
const forEverybody = ['me', 'is_admin', 'schema_version', 'shared_card', 'shown_invitation'];

type Part = { title: string; rows: Record<string, string[]> };

function describeOn(engine: Engine): void {
	describe(`the access matrix on ${engine.name}`, () => {
		let parts: Part[] = [];
		let database: TestDatabase;
		afterAll(() => database?.close());

		test('knows every table, column and function of the API', async () => {
			database = await engine.open();
			await migrate(database);
			const columns = await list(
				database,
				`select relname || '.' || attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
				where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped`,
			);
			const functions = await list(
				database,
				`select proname as name from pg_proc where pronamespace = 'public'::regnamespace
				and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')`,
			);
			expect(
				Object.entries(tables)
					.flatMap(([table, { columns: own }]) =>
						Object.keys(own).map((column) => `${table}.${column}`),
					)
					.sort(),
			).toEqual(columns);
			expect(Object.keys(calls).sort()).toEqual(functions);
		});

		test('is what matrix.md says', async () => {
			parts = await walk(database);
			await expect(format(parts)).toMatchFileSnapshot('matrix.md');
		});

		test('gives anonymous nothing but the version of the schema, and what stands behind a link', () => {
			for (const [what, outcome] of column('anonymous')) {
				const open = ['schema_version', 'shared_card', 'shown_invitation'].includes(what);
				expect([what, outcome]).toEqual([what, open ? 'rows 1' : '42501']);
			}
		});

		test.each([
			'suspended user',
			'suspended admin',
			'signed out',
			'signed out admin',
			'deleted account',
		])(
			'gives nothing to a %s whose token is valid, but the answer who they are, and what everybody sees',
			(name) => {
				for (const [what, outcome] of column(name)) {
					if (forEverybody.includes(what)) continue;
					expect([what, outcome]).not.toEqual([what, expect.stringMatching(/^rows [1-9]/)]);
				}
			},
		);

		test('gives a demoted admin what it gives a user', () => {
			expect(column('demoted admin')).toEqual(column('a user'));
		});

		test('lets nobody but the service role write a role, a suspension, a source or another row', () => {
			for (const name of Object.keys(who).filter((name) => name !== 'service role')) {
				for (const [what, outcome] of column(name)) {
					if (!/^update (id|email|role|suspended_|source|created_at)|another|^hand own/.test(what))
						continue;
					if (what.startsWith('select')) continue;
					expect([name, what, outcome]).toEqual([
						name,
						what,
						expect.stringMatching(/^(42501|23503|rows 0)$/),
					]);
				}
			}
		});

		function column(name: string): [string, string][] {
			const index = people.findIndex(([each]) => each === name);
			expect(index).toBeGreaterThanOrEqual(0);
			return parts.flatMap(({ rows }) =>
				Object.entries(rows).map(([what, outcomes]): [string, string] => [
					what,
					outcomes[index] ?? '',
				]),
			);
		}
	});
}

async function walk(database: TestDatabase): Promise<Part[]> {
	await database.run(readFileSync('tests/access/people.sql', 'utf8'));
	const ids = await readIds(database);
	const parts: Part[] = [];
	for (const [name, table] of Object.entries(tables)) {
		const rows: Part['rows'] = {};
		for (const [verb, { sql, room }] of Object.entries(verbs(name, table))) {
			rows[verb] = await outcomes(database, ids, sql, room);
		}
		parts.push({ title: `Table \`${name}\``, rows });
	}
	const rows: Part['rows'] = {};
	for (const [name, args] of Object.entries(calls)) {
		rows[name] = await outcomes(database, ids, `select public.${name}${args}`);
	}
	parts.push({ title: 'Functions', rows });
	return parts;
}

/** Everybody's id and session. Taken beforehand, because the people themselves may not look them up. */
type Ids = Record<string, { id: string; session: string }>;

async function readIds(database: TestDatabase): Promise<Ids> {
	const [rows] = await database.run('select name, id, session_id from matrix.people');
	return Object.fromEntries(
		(rows ?? []).map((row) => [
			String(row['name']),
			{ id: String(row['id']), session: String(row['session_id']) },
		]),
	);
}

/** What comes of a statement for each of them. */
async function outcomes(
	database: TestDatabase,
	ids: Ids,
	sql: string,
	room?: string,
): Promise<string[]> {
	const found: string[] = [];
	for (const [, person] of people) {
		const self = 'name' in person ? ids[person.name] : undefined;
		const claims = { role: person.role, ...(self && { sub: self.id, session_id: self.session }) };
		// Who has no rows of their own tries a user's.
		const own = self ?? ids['ann'];
		const other = own === ids['bob'] ? ids['ann'] : ids['bob'];
		const values: [RegExp, string | undefined][] = [
			[/:own\b/g, own?.id],
			[/:other\b/g, other?.id],
			[/:target_session\b/g, ids['target']?.session],
			[/:target_email\b/g, 'target@example.com'],
			[/:target\b/g, ids['target']?.id],
			[/:organization\b/g, ids['olga']?.id],
		];
		const fill = (text: string) =>
			values.reduce((all, [mark, value]) => all.replace(mark, `'${value}'`), text);
		const [answer] = await database.run(
			`select matrix.outcome('${JSON.stringify(claims)}', ${room ? `$room$${fill(room)}$room$` : 'null'}, $sql$${fill(sql)}$sql$) as outcome`,
		);
		found.push(String(answer?.[0]?.['outcome']));
	}
	return found;
}

async function list(database: TestDatabase, query: string): Promise<string[]> {
	const [rows] = await database.run(query);
	return (rows ?? []).map((row) => String(row['name'])).sort();
}

function format(parts: Part[]): string {
	const cells = parts.reduce((sum, { rows }) => sum + Object.keys(rows).length * people.length, 0);
	return [
		'# The access matrix',
		'',
		`Who may do what, found out by trying: ${cells} cells. \`rows n\` are the rows that a statement touched, and \`rows 0\` those that a policy hides; a code is the SQLSTATE with which it was refused. Written by \`tests/access/matrix.test.ts\`; what is tried stands in \`cells.ts\`.`,
		...parts.flatMap(({ title, rows }) => ['', `## ${title}`, '', ...formatTable(rows)]),
		'',
	].join('\n');
}

function formatTable(rows: Part['rows']): string[] {
	const lines = [
		['', ...people.map(([name]) => name)],
		...Object.entries(rows).map(([what, found]) => [what, ...found]),
	];
	const widths = (lines[0] ?? []).map((_, index) =>
		Math.max(3, ...lines.map((line) => line[index]?.length ?? 0)),
	);
	const toLine = (line: string[]) =>
		`| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
	const [head = [], ...body] = lines;
	return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...body.map(toLine)];
}
