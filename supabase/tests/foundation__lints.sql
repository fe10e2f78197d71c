-- What a linter of Supabase projects looks for, as far as foundation__catalogue.sql does not hold it already: in
-- a schema that is right there is none of it, and each of these is seen where somebody made it.
begin;
set local search_path = public, extensions;
select no_plan();

create view tests.relations as
	select relation.oid, nspname, relname, relkind, relrowsecurity, reloptions
	from pg_class as relation join pg_namespace on pg_namespace.oid = relnamespace
	where nspname in ('public', 'private')
		and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = relation.oid and deptype = 'e');
create view tests.lints as
	select 'a policy that is not asked' as lint, format('%s on %s', policyname, tablename) as object
	from pg_policies join tests.relations on (schemaname, tablename) = (nspname, relname)
	where not relrowsecurity
	union all
	select 'row level security without a policy', relname from tests.relations
	where relrowsecurity and not exists (select from pg_policy where polrelid = relations.oid and polpermissive)
	union all
	select 'a policy that lets everything be written', format('%s on %s', policyname, tablename) from pg_policies
	where schemaname = 'public' and permissive = 'PERMISSIVE' and cmd <> 'SELECT' and 'true' in (qual, with_check)
	union all
	select 'a policy that believes what people say of themselves', format('%s on %s', policyname, tablename) from pg_policies
	where schemaname = 'public' and concat(qual, with_check) ~ 'user_meta_?data'
	union all
	-- Only what is compared with what is the same for all rows can be looked up.
	select 'a policy without an index', format('%s on %s: %s', policyname, tablename, compared[1])
	from pg_policies
	cross join lateral regexp_matches(qual, '\((\w+) = (?:\( SELECT|ANY \()', 'g') as compared
	join pg_attribute on attrelid = format('%I.%I', schemaname, tablename)::regclass and attname = compared[1]
	where schemaname = 'public'
		and not exists (select from pg_index where indrelid = attrelid and indkey[0] = attnum and indpred is null)
	union all
	select 'a view that reads as its owner', relname from tests.relations
	where nspname = 'public' and relkind = 'v' and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on']
	union all
	select 'a view of the accounts', relname from tests.relations
	where nspname = 'public' and relkind in ('v', 'm')
		and exists (
			select from pg_rewrite join pg_depend on classid = 'pg_rewrite'::regclass and objid = pg_rewrite.oid
			where ev_class = relations.oid and refobjid = 'auth.users'::regclass
		)
	union all
	select 'data that no policy guards', relname from tests.relations
	where nspname = 'public' and relkind in ('m', 'f')
	union all
	select 'an extension in the API', extname from pg_extension where extnamespace = 'public'::regnamespace
	union all
	select 'no primary key', relname from tests.relations
	where relkind in ('r', 'p') and not exists (select from pg_index where indrelid = relations.oid and indisprimary)
	union all
	select 'the same index twice', string_agg(indexrelid::regclass::text, ', ') from pg_index
	join tests.relations on relations.oid = indrelid
	group by indrelid, regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX \S+ ', '') having count(*) > 1
	union all
	-- They stand in the way of an upgrade of PostgreSQL.
	select 'a column of a type that names an object', format('%s.%s', relname, attname)
	from tests.relations join pg_attribute on attrelid = relations.oid
	where relkind in ('r', 'p') and attnum > 0 and not attisdropped
		and atttypid in ('regcollation'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype, 'regnamespace'::regtype, 'regoper'::regtype,
			'regoperator'::regtype, 'regproc'::regtype, 'regprocedure'::regtype)
	union all
	select 'a secret that people can read', format('%s.%s', relname, attname)
	from tests.relations join pg_attribute on attrelid = relations.oid
	where nspname = 'public' and relkind in ('r', 'p', 'v') and attnum > 0 and not attisdropped
		and attname ~ '(password|secret|token|api_?key|credential|private_?key|otp|card_number|ssn)'
		and has_column_privilege('authenticated', attrelid, attnum, 'select')
		and (relname, attname) not in (
			-- A hash of 128 random bits, which opens nothing, for the owners of the organization.
			('invitations', 'secret_hash'),
			-- What the owner of the card hands out as its public address.
			('studio_jobs', 'public_token')
		)
	union all
	select 'a foreign key to what the auth server may change', format('%s on %s', conname, conrelid::regclass)
	from pg_constraint as key join tests.relations on relations.oid = conrelid
	where contype = 'f' and confrelid in (select oid from pg_class where relnamespace = 'auth'::regnamespace)
		and not exists (select from pg_index where indexrelid = key.conindid and indisprimary)
	union all
	select 'a queue that everybody reaches', nspname from pg_namespace
	where nspname like 'pgmq%' and has_schema_privilege('anon', oid, 'usage');

select is_empty('select * from tests.lints', 'the schema has nothing that a linter objects to');

-- Each of them, made
create table public.bad_plain (id uuid, user_id uuid, api_key text, place regclass, kind regproc, unique (id));
create index bad_one on public.bad_plain (user_id);
create index bad_two on public.bad_plain (user_id);
create policy bad_policy on public.bad_plain for select to authenticated using (true);
grant select on public.bad_plain to authenticated;
create table public.bad_guarded (id uuid primary key, phone text references auth.users (phone));
alter table public.bad_guarded enable row level security;
create table public.bad_open (id uuid primary key, user_id uuid);
alter table public.bad_open enable row level security;
create policy bad_write on public.bad_open for all to authenticated using (true) with check (true);
create policy bad_read on public.bad_open for select to authenticated using (user_id = (select private.user_id()));
create policy bad_claim on public.bad_open for delete to authenticated using ((select auth.jwt()) -> 'user_metadata' ->> 'role' = 'admin');
create view public.bad_view as select id from auth.users;
create materialized view public.bad_copy as select id from public.bad_open;
drop extension pg_trgm cascade;
create extension pg_trgm schema public;
create schema pgmq_public;
grant usage on schema pgmq_public to anon;
select set_eq(
	'select distinct lint from tests.lints',
	array[
		'a policy that is not asked', 'row level security without a policy', 'a policy that lets everything be written',
		'a policy that believes what people say of themselves', 'a policy without an index', 'a view that reads as its owner',
		'a view of the accounts', 'data that no policy guards', 'an extension in the API', 'no primary key', 'the same index twice',
		'a column of a type that names an object', 'a secret that people can read', 'a foreign key to what the auth server may change',
		'a queue that everybody reaches'
	],
	'and each of these is seen where somebody makes it'
);

select * from finish();
rollback;
