-- Purpose: lets the app ask which migrations a database has, so that it reports itself ready only before
--   the schema that it was written for.
-- Depends on: foundation.
-- To remove: `drop function public.schema_version(), private.schema_version()` and src/routes/readyz.

-- The newest line of the history that the Supabase CLI and the embedded backend keep; null when the
-- migrations were run by hand, without a history.
-- definer because the history belongs to whoever migrates and is nobody's to read over the API.
create function private.schema_version() returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	return (select max(version) from supabase_migrations.schema_migrations);
exception when undefined_table or invalid_schema_name then
	return null;
end;
$$;

-- Invoker, so that no definer function can be called over the API.
create function public.schema_version() returns text
language sql
stable
set search_path = ''
as $$
	select private.schema_version();
$$;

revoke execute on function private.schema_version(), public.schema_version()
	from public, anon, authenticated, service_role;

-- The one thing that a caller without a session may ask: the answer is a date that stands in the
-- source code, and a load balancer has nobody's session. USAGE lets anon name the function in private;
-- every other object there is closed to it.
grant usage on schema private to anon;
grant execute on function private.schema_version(), public.schema_version() to anon, authenticated;
