import { StartError } from '../../src/cli/settings.ts';
import type { Database } from './database.ts';

/** One privilege that somebody other than the owner holds, with the words that grant or revoke it. */
type Privilege = { target: string; grantee: string; privilege: string; alter: string };

/** What the migrations declare, for the schemas that they know. */
export type Declared = { schemas: string[]; privileges: Privilege[] };

/**
 * Every privilege on our schemas and on what is in them, read from the catalogue. Left out: what an owner has on
 * their own things, what an extension brought, and MAINTAIN, which PostgreSQL knows from 17 on only.
 */
export const listPrivileges = `
	with
	place as (
		select oid, nspname, nspowner, nspacl
		from pg_namespace
		where nspname not in ('information_schema', 'pg_catalog', 'pg_toast') and nspname not like 'pg\\_temp%' and nspname not like 'pg\\_toast\\_temp%'
	),
	held as (
		select format('schema %I', nspname) as target, nspowner as owner, '' as columns, '' as alter, nspname, a.*
		from place, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a
		union all
		select format('%s %I.%I', case relkind when 'S' then 'sequence' else 'table' end, nspname, relname), relowner, '', '', nspname, a.*
		from pg_class join place on place.oid = relnamespace,
			aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) a
		where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
		union all
		select format('table %I.%I', nspname, relname), relowner, format(' (%I)', attname), '', nspname, a.*
		from pg_attribute join pg_class on pg_class.oid = attrelid join place on place.oid = relnamespace, aclexplode(attacl) a
		where not attisdropped
		union all
		select format('routine %I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(pg_proc.oid)), proowner, '', '', nspname, a.*
		from pg_proc join place on place.oid = pronamespace, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
		where not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
		union all
		select case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
			defaclrole, '',
			format('alter default privileges for role %I%s ', pg_get_userbyid(defaclrole), ' in schema ' || quote_ident(nspname)),
			nspname, a.*
		from pg_default_acl join place on place.oid = defaclnamespace, aclexplode(defaclacl) a
	)
	select target, case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as grantee,
		lower(privilege_type) || columns as privilege, alter
	from held
	where grantee <> owner and privilege_type <> 'MAINTAIN' and nspname = any ($1)
	order by 1, 2, 3`;

/**
 * Setting up the API's roles, the backend grants everything on every table to everyone, and would undo each revoke and
 * each column list of the migrations without a word. So that step is brought forward, before anybody is served; then
 * the catalogue is brought back to what the migrations declare, compared, and on any difference nothing is served.
 */
export async function enforcePrivileges(database: Database, declared: Declared): Promise<void> {
	await database.connection.withContext({ auth: { role: 'anon' } }, async () => undefined);
	// Twice, because taking a privilege on a table takes the one on its columns with it.
	for (let round = 1; round <= 2; round += 1) {
		for (const statement of statements(
			declared,
			await readPrivileges(database, declared.schemas),
		)) {
			await database.query(statement);
		}
	}
	const left = statements(declared, await readPrivileges(database, declared.schemas));
	if (left.length > 0) {
		throw new StartError(
			`The database's privileges are not the ones that the migrations declare, so nothing is served. First difference: ${left[0]}`,
		);
	}
}

export function readPrivileges(database: Database, schemas: string[]): Promise<Privilege[]> {
	return database.query<Privilege>(listPrivileges, [schemas]);
}

/** What turns `found` into `declared`. */
function statements(declared: Declared, found: Privilege[]): string[] {
	const key = (each: Privilege) => `${each.alter}|${each.target}|${each.grantee}|${each.privilege}`;
	const wanted = new Set(declared.privileges.map(key));
	const held = new Set(found.map(key));
	return [
		...found
			.filter((each) => !wanted.has(key(each)))
			.map(
				(each) => `${each.alter}revoke ${each.privilege} on ${each.target} from ${each.grantee}`,
			),
		...declared.privileges
			.filter((each) => !held.has(key(each)))
			.map((each) => `${each.alter}grant ${each.privilege} on ${each.target} to ${each.grantee}`),
	];
}
