-- Purpose: the ground that every feature's migration stands on: the two schemas, who may use them,
--   and what a new object may be used for before anybody has said so (nothing).
-- Depends on: a Supabase backend: the schema auth and the roles anon, authenticated and service_role.
-- To remove: remove every feature first, then `drop schema private` and grant the defaults below again.
--
-- public is the API: PostgREST serves its tables and functions, so each of them names its callers.
-- private is not served: it holds the helpers that policies call, trigger functions and secrets.
-- Tables in private carry no grants for anon and authenticated and therefore need no row level
-- security. They must not have it either: the embedded backend grants everything in each schema in
-- which it finds a table with row level security.
create schema private;

revoke all on schema private from public;

-- A policy runs as the person who asks, so that person must be able to reach the helpers it calls.
-- Which of them can be called is decided function by function. anon reads nothing and needs nothing here.
grant usage on schema private to authenticated, service_role;

-- PostgreSQL lets everybody execute a new function. Only the default of the whole database can take
-- that back (the default of a schema can add, not remove), so it also holds for the functions of an
-- extension that a later migration creates: grant those by name.
alter default privileges revoke execute on functions from public;

-- Projects made before 2026 hand every new object in public to the roles of the API, newer ones do
-- not. Here nothing is handed out, so that a migration means the same wherever it runs.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

-- The trigger function behind every `_100_timestamps`.
create function private.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	new.updated_at := now();
	return new;
end;
$$;

-- auth.uid() for policies: the same answer, but declared safe for parallel plans, as every function in a
-- policy should be. The backend's own is not, and one unsafe function denies such plans to every query
-- on the table: an admin's count over all rows then takes about twice as long.
-- definer because not every backend lets people into the schema auth, where auth.uid() is looked up.
create function private.user_id() returns uuid
language plpgsql
stable parallel safe
security definer
set search_path = ''
as $$
begin
	return auth.uid();
end;
$$;

revoke execute on function private.user_id() from public, anon, authenticated, service_role;
grant execute on function private.user_id() to authenticated;
