import type { TestDatabase } from '../support/database.ts';
import type { Mutant } from './mutants.ts';

export async function mutateTriggers(database: TestDatabase): Promise<Mutant[]> {
	const [rows = []] = await database.run(`
		select tgname, nspname, relname, proname, pg_get_triggerdef(pg_trigger.oid) as definition
		from pg_trigger
		join pg_class on pg_class.oid = tgrelid
		join pg_namespace on pg_namespace.oid = relnamespace
		join pg_proc on pg_proc.oid = tgfoid
		where not tgisinternal and pronamespace in ('public'::regnamespace, 'private'::regnamespace)
		order by nspname, relname, tgname`);
	return rows.flatMap((row): Mutant[] => {
		const [trigger, table] = [String(row['tgname']), `${row['nspname']}.${row['relname']}`];
		const about = {
			object: `trigger ${trigger} on ${table}`,
			part: `Table \`${String(row['relname'])}\`%`,
			name: String(row['proname']),
		};
		// The tables of auth are somebody else's: there a trigger can be replaced, but not dropped.
		if (row['nspname'] === 'auth') {
			const sql = String(row['definition'])
				.replace('CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER')
				.replace(/ (WHEN \(.*\) )?EXECUTE FUNCTION/, ' WHEN (false) EXECUTE FUNCTION');
			return [{ ...about, kind: 'trigger disabled', sql }];
		}
		return [
			{
				...about,
				kind: 'trigger disabled',
				sql: `alter table ${table} disable trigger ${trigger}`,
			},
			{ ...about, kind: 'trigger dropped', sql: `drop trigger ${trigger} on ${table}` },
		];
	});
}
