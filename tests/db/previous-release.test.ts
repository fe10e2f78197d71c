/**
 * A hosted project that had the release before this one, with what people had in it: the newer migrations are applied
 * on top, and then everything holds that holds in an empty database.
 */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatGrants, formatMatrix } from '../access/format.ts';
import { listGrants } from '../access/grants.ts';
import { walk, type Part } from '../access/walk.ts';
import {
	attempt,
	listOf,
	migrate,
	readFixture,
	startHostedShape,
	type TestDatabase,
} from '../support/database.ts';
import { listFailures } from '../support/tap.ts';

/** The last migration of that release. */
const last = '20260101000600_organizations.sql';

const folder = 'supabase/tests';
const files = readdirSync(folder).filter(
	(file) => file.endsWith('.sql') && file !== '000_helpers.sql',
);

const fixes = ['supabase/COMPLETE_FIX.sql', ...globSync('supabase/fixes/*.sql')];

const hosted = await startHostedShape();
afterAll(() => hosted?.stop());

describe.skipIf(!hosted)('the previous release with its data, on PostgreSQL', () => {
	let upgraded: TestDatabase;
	let fresh: TestDatabase;
	let before: string[] = [];

	beforeAll(async () => {
		if (!hosted) return;
		upgraded = await hosted.open();
		await migrate(upgraded, (file) => file <= last);
		for (const data of globSync('tests/fixtures/previous-release/*.sql').sort()) {
			await upgraded.run(readFileSync(data, 'utf8'));
		}
		before = await countRows(upgraded);
		await migrate(upgraded, (file) => file > last);
		fresh = await hosted.open();
		await migrate(fresh);
	});
	afterAll(() => Promise.all([upgraded?.close(), fresh?.close()]));

	test('had something in every table', () => {
		expect(before.length).toBeGreaterThan(10);
		expect(before.filter((table) => / 0$/.test(table))).toEqual([]);
	});

	test('keeps every row', async () => {
		expect(await countRows(upgraded)).toEqual(expect.arrayContaining(before));
	});

	test('grants what a new project grants', async () => {
		expect(formatGrants(await listGrants(upgraded))).toBe(formatGrants(await listGrants(fresh)));
	});

	test.each(fixes)('%s says that there is nothing to fix, and changes nothing', async (script) => {
		const { code, message } = await attempt(upgraded, readFileSync(script, 'utf8'));
		await upgraded.run('rollback');
		expect([code === null, message]).toEqual([
			false,
			expect.stringContaining('Nothing was changed.'),
		]);
		expect(formatGrants(await listGrants(upgraded))).toBe(formatGrants(await listGrants(fresh)));
		expect(await listPolicies(upgraded)).toEqual(await listPolicies(fresh));
	});

	test('passes all tests in SQL', async () => {
		await upgraded.run(readFileSync(`${folder}/000_helpers.sql`, 'utf8'));
		// They count everybody, so each puts aside in its own transaction who was there before.
		const aside = readFixture('previous-release-aside.sql');
		const failures: string[] = [];
		for (const file of files) {
			const script = readFileSync(`${folder}/${file}`, 'utf8').replace(
				/^begin;$/m,
				() => `begin;\n${aside}`,
			);
			failures.push(...(await listFailures(upgraded, script)).map((each) => `${file}: ${each}`));
		}
		expect(failures).toEqual([]);
	});

	test('has the access matrix of a new project, beside the people who were there before', async () => {
		const matrix = formatMatrix(withoutNumbers(await walk(upgraded)));
		expect(matrix).toBe(formatMatrix(withoutNumbers(await walk(fresh))));
	});
});

/** Each table with the number of its rows; those of numbers are gathered at any time. */
async function countRows(database: TestDatabase): Promise<string[]> {
	const tables = await listOf(
		database,
		`select format('%I.%I', schemaname, tablename) as name from pg_tables
		where schemaname in ('public', 'private') and tablename <> 'account_counts'`,
	);
	const counts = tables.map((table) => `select '${table} ' || count(*) as name from ${table}`);
	return listOf(database, counts.join(' union all '));
}

function listPolicies(database: TestDatabase): Promise<string[]> {
	return listOf(
		database,
		`select format('%s %s %s %s %s %s %s', tablename, policyname, permissive, roles, cmd, qual, with_check) as name
		from pg_policies where schemaname = 'public'`,
	);
}

/** Who sees everything sees more here: that it is something stays, how much goes. */
function withoutNumbers(parts: Part[]): Part[] {
	return parts.map(({ title, rows }) => ({
		title,
		rows: Object.fromEntries(
			Object.entries(rows).map(([what, outcomes]) => [
				what,
				outcomes.map((outcome) => outcome.replace(/^(rows )?[1-9]\d?$/, '$1some')),
			]),
		),
	}));
}
