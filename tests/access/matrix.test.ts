/**
 * Walks every cell of who × table × verb × whose row, and every function, on both engines, and compares with
 * matrix.md. `rows 0` is a row that a policy hides; 42501 is a refusal. What is granted to whom is compared with
 * grants.md. After a change that is meant:
 *   npx vitest run --project db tests/access -u        and look at the difference
 */
import { afterAll, describe, expect, test } from 'vitest';
import { listOf, migrate, type Engine, type TestDatabase } from '../support/database.ts';
import { startEngines } from '../support/engines.ts';
import { calls, tables, who } from './cells.ts';
import { formatGrants, formatMatrix } from './format.ts';
import { listGrants } from './grants.ts';
import { people, walk, type Part } from './walk.ts';

for (const engine of await startEngines('the access matrix')) describeOn(engine);

/** The parts about tables whose rows belong to an organization, and so to all of its members. */
const heldByOrganizations = /`(import_files|scheduled_jobs|inventory_items)`/;

/** What a token that is worth nothing still gets. */
const forEverybody = ['me', 'is_admin', 'schema_version', 'shared_card', 'shown_invitation'];

/** Nothing was read and nothing was written. */
const nothing = /^(rows 0|[0-9A-Z]{5})$/;

function describeOn(engine: Engine): void {
	describe(`the access matrix on ${engine.name}`, () => {
		let parts: Part[] = [];
		let database: TestDatabase;
		afterAll(() => database?.close());

		test('knows every table, column and function of the API', async () => {
			database = await engine.open();
			await migrate(database);
			const columns = await listOf(
				database,
				`select relname || '.' || attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
				where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped`,
			);
			const functions = await listOf(
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

		test('grants what grants.md says', async () => {
			await expect(formatGrants(await listGrants(database))).toMatchFileSnapshot('grants.md');
		});

		test('is what matrix.md says', async () => {
			parts = await walk(database);
			await expect(formatMatrix(parts)).toMatchFileSnapshot('matrix.md');
		});

		test('gives anonymous nothing but the version of the schema, and what stands behind a link', () => {
			for (const [what, outcome, part] of column('anonymous')) {
				const open = ['schema_version', 'shared_card', 'shown_invitation'].includes(what);
				const denied = part.endsWith('granted') ? expect.stringMatching(nothing) : '42501';
				expect([part, what, outcome]).toEqual([part, what, open ? 'rows 1' : denied]);
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
				for (const [what, outcome, part] of column(name)) {
					if (forEverybody.includes(what)) continue;
					expect([part, what, outcome]).toEqual([part, what, expect.stringMatching(nothing)]);
				}
			},
		);

		test('gives a demoted admin what it gives a user', () => {
			expect(column('demoted admin')).toEqual(column('a user'));
		});

		test('lets nobody but the service role write a role, a suspension, a source or another row', () => {
			for (const name of Object.keys(who).filter((name) => name !== 'service role')) {
				for (const [what, outcome, part] of column(name)) {
					if (
						!/^update (id|email|role|suspended_|source|created_at)|another|^hand (own|over)/.test(
							what,
						)
					)
						continue;
					if (what.startsWith('select')) continue;
					// What an organization holds is its members' own.
					if (name === 'member of another organization' && heldByOrganizations.test(part)) continue;
					expect([name, part, what, outcome]).toEqual([
						name,
						part,
						what,
						expect.stringMatching(/^(42501|23503|rows 0)$/),
					]);
				}
			}
		});

		/** What is tried, what comes of it for somebody, and the part of the matrix. */
		function column(name: string): [string, string, string][] {
			const index = people.findIndex(([each]) => each === name);
			expect(index).toBeGreaterThanOrEqual(0);
			return parts.flatMap(({ title, rows }) =>
				Object.entries(rows).map(([what, outcomes]): [string, string, string] => [
					what,
					outcomes[index] ?? '',
					title,
				]),
			);
		}
	});
}
