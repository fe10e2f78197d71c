/** What is granted to whom in the schemas of the migrations, read from the catalogue. */
import type { TestDatabase } from '../support/database.ts';

/** What one role holds on one object, with the columns that it is bound to. */
export type Grant = { object: string; role: string; verbs: string };

export const grantsQuery = `
	with held as (
		select 'schema ' || nspname as object, nspowner as owner, nspname as schema, null as attname, privilege.*
		from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) as privilege
		union all
		select format('%s %s.%s', case relkind when 'S' then 'sequence' else 'table' end, nspname, relname), relowner, nspname, null, privilege.*
		from pg_class join pg_namespace on pg_namespace.oid = relnamespace,
			aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) as privilege
		where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
		union all
		select format('table %s.%s', nspname, relname), relowner, nspname, attname, privilege.*
		from pg_attribute join pg_class on pg_class.oid = attrelid join pg_namespace on pg_namespace.oid = relnamespace,
			aclexplode(attacl) as privilege
		where not attisdropped
		union all
		select format('function %s.%s(%s)', nspname, proname, pg_get_function_identity_arguments(pg_proc.oid)), proowner, nspname, null, privilege.*
		from pg_proc join pg_namespace on pg_namespace.oid = pronamespace,
			aclexplode(coalesce(proacl, acldefault('f', proowner))) as privilege
		where not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
	),
	verbs as (
		select object, case grantee when 0 then 'public' else pg_get_userbyid(grantee) end as role,
			lower(privilege_type) || coalesce(' (' || string_agg(attname, ', ' order by attname) || ')', '')
				|| case when bool_or(is_grantable) then ' with grant option' else '' end as verb
		from held
		where grantee <> owner and schema in ('public', 'private') and privilege_type <> 'MAINTAIN'
		group by object, grantee, privilege_type
	)
	select object, role, string_agg(verb, ', ' order by verb) as verbs from verbs
	where object <> 'schema public'
	group by object, role
	order by object collate "C", role collate "C"`;

export async function listGrants(database: TestDatabase): Promise<Grant[]> {
	const [rows] = await database.run(grantsQuery);
	return (rows ?? []).map((row) => ({
		object: String(row['object']),
		role: String(row['role']),
		verbs: String(row['verbs']),
	}));
}
