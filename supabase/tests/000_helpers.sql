-- What the other files lean on. Unlike them it commits: run it first, once a database. It makes the
-- schema tests, in which people are made and impersonated, and brings pgTAP where it is missing.
-- Nobody else should find it in a database that serves people: `drop schema tests cascade` removes it.

create schema if not exists extensions;
do $$
begin
	if to_regprocedure('extensions.no_plan()') is null then
		create extension if not exists pgtap with schema extensions;
	end if;
end;
$$;

drop schema if exists tests cascade;
create schema tests;

-- Assertions and helpers are also called while a test acts as somebody who may do nothing.
do $$
declare
	v_taps regnamespace := (select pronamespace from pg_proc where proname = 'no_plan');
begin
	execute format('grant usage on schema %s, tests to public', v_taps);
	execute format('grant execute on all functions in schema %s to public', v_taps);
end;
$$;

-- An account with a session, as the auth server would leave it. Its profile comes from the trigger.
create function tests.make_person(p_name text, p_metadata jsonb default null) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_id uuid := gen_random_uuid();
begin
	insert into auth.users (id, aud, role, email, email_confirmed_at, raw_user_meta_data, created_at, updated_at)
	values (
		v_id, 'authenticated', 'authenticated', p_name || '@tests.example', now(),
		coalesce(p_metadata, jsonb_build_object('name', initcap(p_name))), now(), now()
	);
	insert into auth.sessions (id, user_id, created_at, updated_at) values (gen_random_uuid(), v_id, now(), now());
	return v_id;
end;
$$;

create function tests.make_admin(p_name text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_id uuid := tests.make_person(p_name);
begin
	update public.users set role = 'admin' where id = v_id;
	return v_id;
end;
$$;

create function tests.id_of(p_name text) returns uuid
language sql stable
security definer
set search_path = ''
as $$
	select id from auth.users where email = p_name || '@tests.example';
$$;

-- The claims of the token of a person's session, as the API hands them to the database. The embedded
-- backend reads the subject from a setting of its own.
create function tests.claims_of(p_name text) returns jsonb
language sql stable
security definer
set search_path = ''
as $$
	select jsonb_build_object('sub', a.id, 'session_id', s.id, 'role', 'authenticated', 'email', a.email)
	from auth.users as a
	left join auth.sessions as s on s.user_id = a.id
	where a.id = tests.id_of(p_name);
$$;

-- A token that was issued before and is still valid: what the API does with it does not depend on
-- whether the session and the account are there any more.
create function tests.act_with(p_claims jsonb) returns void
language sql
set search_path = ''
as $$
	select set_config('request.jwt.claims', p_claims::text, true),
		set_config('request.jwt.claim.sub', coalesce(p_claims ->> 'sub', ''), true),
		set_config('role', p_claims ->> 'role', true);
$$;

create function tests.act_as(p_name text) returns void
language sql
set search_path = ''
as $$
	select tests.act_with(tests.claims_of(p_name));
$$;

create function tests.act_as_anonymous() returns void
language sql
set search_path = ''
as $$
	select tests.act_with('{"role": "anon"}');
$$;

create function tests.act_as_service_role() returns void
language sql
set search_path = ''
as $$
	select tests.act_with('{"role": "service_role"}');
$$;

-- Back to the role that owns the tables.
create function tests.stop_acting() returns void
language sql
set search_path = ''
as $$
	select set_config('request.jwt.claims', '', true),
		set_config('request.jwt.claim.sub', '', true),
		set_config('role', 'none', true);
$$;

grant execute on all functions in schema tests to public;

-- How many rows a statement touched: a filtered statement touches none, a denied one raises.
create function tests.touched(p_statement text) returns integer
language plpgsql
set search_path = public, extensions
as $$
declare
	v_count integer;
begin
	execute p_statement;
	get diagnostics v_count = row_count;
	return v_count;
end;
$$;
grant execute on function tests.touched(text) to public;

-- What a table has to say to somebody with no right to it.
create function tests.denied(p_table text) returns text
language sql immutable
set search_path = ''
as $$ select 'permission denied for table ' || p_table $$;
-- What a policy has to say to a row that it does not let in. A restrictive policy gives its name.
create function tests.refused(p_table text, p_policy text default null) returns text
language sql immutable
set search_path = ''
as $$ select format('new row violates row-level security policy%s for table "%s"', ' "' || p_policy || '"', p_table) $$;
grant execute on function tests.denied(text), tests.refused(text, text) to public;

-- A plan would stay behind in this session and get into the way of the next file's.
select E'1..1\nok 1 - the helpers are there';
