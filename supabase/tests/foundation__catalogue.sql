-- What holds for every table, policy and function that a migration makes, found in the catalogue: a new
-- one that forgets a rule fails here before anybody writes a test for it.
begin;
set local search_path = public, extensions;
select no_plan();

select is_empty(
	$$ select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity $$,
	'every table in public has row level security'
);
select is_empty(
	$$ select relname from pg_class where relnamespace = 'private'::regnamespace and relkind in ('r', 'p') and relrowsecurity $$,
	'no table in private has it: the embedded backend would grant everything in private'
);
select is_empty(
	$$ select table_name, grantee, privilege_type from information_schema.table_privileges
		where table_schema = 'private' and grantee in ('PUBLIC', 'anon', 'authenticated') $$,
	'no table in private is granted to the roles of the API'
);
select is_empty(
	$$ select table_name, grantee, column_name, privilege_type from information_schema.column_privileges
		where table_schema = 'public' and grantee in ('PUBLIC', 'anon') $$,
	'nothing in public is granted to anonymous or to everybody'
);
select is_empty(
	$$ select table_name, privilege_type from information_schema.table_privileges
		where table_schema = 'public' and grantee = 'authenticated' and privilege_type in ('INSERT', 'UPDATE', 'TRUNCATE', 'REFERENCES', 'TRIGGER') $$,
	'people are granted inserts and updates column by column'
);

-- A verb that is granted on a table or on a column of it
create view tests.granted as
	select relname, relation.oid, verb
	from pg_class as relation, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as verb
	where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
		and case when verb = 'DELETE' then has_table_privilege('authenticated', relation.oid, verb)
			else has_any_column_privilege('authenticated', relation.oid, verb) end;
select is_empty(
	$$ select relname, verb from tests.granted
		where not exists (
			select from pg_policies as policy
			where policy.schemaname = 'public' and policy.tablename = relname and policy.cmd = verb and policy.permissive = 'PERMISSIVE'
		) $$,
	'every verb that is granted has a policy'
);
select is_empty(
	$$ select tablename, cmd from pg_policies
		where schemaname = 'public' and permissive = 'PERMISSIVE' group by tablename, cmd having count(*) > 1 $$,
	'one permissive policy for a verb'
);
select is_empty(
	$$ select tablename, policyname, roles from pg_policies where schemaname = 'public' and roles <> array['authenticated']::name[] $$,
	'every policy is for people who are signed in'
);
select is_empty(
	$$ select relname from pg_class
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
		and not exists (
			select from pg_policies as policy
			where policy.schemaname = 'public' and policy.tablename = relname and policy.permissive = 'RESTRICTIVE' and policy.cmd = 'ALL'
				and policy.qual = '( SELECT private.is_active() AS is_active)' and policy.with_check = policy.qual
		) $$,
	'every table asks whether the session is alive'
);
select is_empty(
	$$ select tablename, policyname from pg_policies where schemaname = 'public' and cmd = 'UPDATE' and (qual is null or with_check is null) $$,
	'every policy for updates says which rows may be changed and what they may become'
);
select is_empty(
	$$ select tablename, policyname from pg_policies
		where schemaname = 'public'
		and regexp_replace(concat(qual, ' ', with_check), 'SELECT (unnest\()?\w+\.\w+\(', '', 'g') ~ '(auth|private|public)\.\w+\(' $$,
	'every policy calls its functions once a statement, not once a row'
);

select is_empty(
	$$ select distinct called[1] from pg_policies, regexp_matches(concat(qual, ' ', with_check), '(\w+\.\w+\(\))', 'g') as called
		where schemaname = 'public'
		and not exists (select from pg_proc where oid = to_regprocedure(called[1]) and proparallel = 's' and provolatile <> 'v') $$,
	'every function that a policy calls is declared safe for parallel plans'
);

-- Functions
create view tests.functions as
	select function.oid::regprocedure::text as name, function.*
	from pg_proc as function
	where function.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
		and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = function.oid and deptype = 'e');
select is_empty(
	$$ select name from tests.functions where not coalesce(proconfig, '{}') && array['search_path=""'] $$,
	'every function pins its search_path'
);
select set_eq(
	$$ select name from tests.functions where prosecdef and pronamespace = 'public'::regnamespace $$,
	$$ values ('handle_new_user()') $$,
	'no definer function in public but the trigger that must be found there'
);
select is_empty(
	$$ select name, role from tests.functions, unnest(array['anon', 'authenticated', 'service_role']) as role
		where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege(role, oid, 'execute') $$,
	'and nobody can call that one'
);
select set_eq(
	$$ select name from tests.functions where has_function_privilege('anon', oid, 'execute')
		-- What a link shows is for everybody who knows its secret.
		and name not in ('shared_card(text)', 'private.shared_card(text)', 'shown_invitation(text)', 'private.shown_invitation(text)') $$,
	$$ values ('schema_version()'), ('private.schema_version()') $$,
	'anonymous can ask for the version of the schema and nothing else, but for what stands behind links'
);

-- Triggers
select is_empty(
	$$ select tgname, tgrelid::regclass from pg_trigger join pg_proc on pg_proc.oid = tgfoid
		where tgrelid in (select oid from pg_class where relnamespace = 'auth'::regnamespace)
		and pronamespace in ('public'::regnamespace, 'private'::regnamespace) and not prosecdef $$,
	'what the auth server fires runs as its owner: the server has no rights here'
);
select is_empty(
	$$ select tgname, tgrelid::regclass from pg_trigger where not tgisinternal and tgenabled <> 'O' $$,
	'no trigger is disabled'
);
select is_empty(
	$$ select attrelid::regclass from pg_attribute join pg_class on pg_class.oid = attrelid
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attname = 'updated_at'
		and not exists (
			select from pg_trigger join pg_proc on pg_proc.oid = tgfoid
			where tgrelid = attrelid and prosrc ~ 'new\.updated_at := now\(\)'
		) $$,
	'every table that says when it was changed is kept true by a trigger'
);

-- Foreign keys
select is_empty(
	$$ select conrelid::regclass, conname from pg_constraint as key
		where contype = 'f' and connamespace in ('public'::regnamespace, 'private'::regnamespace)
		and not exists (
			select from pg_index as index
			where index.indrelid = key.conrelid and index.indpred is null
				and (index.indkey::smallint[])[0:cardinality(key.conkey) - 1] @> key.conkey
		) $$,
	'every foreign key has an index'
);

select * from finish();
rollback;
