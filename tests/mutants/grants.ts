import type { TestDatabase } from '../support/database.ts';
import type { Mutant } from './mutants.ts';

/** Whatever is not granted on tables, columns and functions, granted: to each role alone, and to everybody. */
export async function mutateGrants(database: TestDatabase): Promise<Mutant[]> {
	const [rows = []] = await database.run(`
		with
		role as (select unnest(array['anon', 'authenticated', 'service_role']) as name),
		relation as (
			select pg_class.oid, nspname, relname, format('%I.%I', nspname, relname) as name
			from pg_class join pg_namespace on pg_namespace.oid = relnamespace
			where nspname in ('public', 'private') and relkind in ('r', 'p')
		)
		select 'a verb granted' as kind, format('%s on %s to %s', verb, relation.name, role.name) as object,
			format('grant %s on table %s to %s', verb, relation.name, role.name) as sql, nspname, relname
		from relation, role, unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as verb
		where not has_table_privilege(role.name, relation.oid, verb)
		union all
		select 'a column granted', format('%s (%s) on %s to %s', verb, attname, relation.name, role.name),
			format('grant %s (%I) on table %s to %s', verb, attname, relation.name, role.name), nspname, relname
		from relation join pg_attribute on attrelid = relation.oid, role, unnest(array['select', 'insert', 'update']) as verb
		where nspname = 'public' and role.name <> 'service_role' and attnum > 0 and not attisdropped
			and not has_column_privilege(role.name, relation.oid, attname, verb)
		union all
		select 'a function granted', format('execute on %s to %s', function.oid::regprocedure, role.name),
			format('grant execute on function %s to %s', function.oid::regprocedure, role.name), nspname, proname
		from pg_proc as function join pg_namespace on pg_namespace.oid = pronamespace, (select name from role union all select 'public') as role
		where nspname in ('public', 'private')
			and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = function.oid and deptype = 'e')
			and case role.name when 'public' then true else not has_function_privilege(role.name, function.oid, 'execute') end
		union all
		select 'a schema granted', format('create on schema %s to %s', nspname, role.name),
			format('grant create on schema %s to %s', nspname, role.name), nspname, nspname
		from (values ('public'), ('private')) as place (nspname), role
		order by 1, 2`);
	return rows.map((row) => ({
		kind: String(row['kind']),
		object: String(row['object']),
		sql: String(row['sql']),
		part:
			row['kind'] === 'a function granted' ? 'Functions' : `Table \`${String(row['relname'])}\`%`,
		name: String(row['relname']),
		first: 'grants',
	}));
}
