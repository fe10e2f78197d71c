-- What a migration makes is open to nobody until it says to whom.
begin;
set local search_path = public, extensions;
select no_plan();

create table public.made_later (id uuid primary key default gen_random_uuid(), counter serial);
create function public.made_later() returns integer language sql set search_path = '' as 'select 1';
create function private.made_later() returns integer language sql set search_path = '' as 'select 1';
create table private.made_later (id uuid primary key);

select is(
	array(
		select privilege from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as privilege
		where has_table_privilege(role, name, privilege)
	),
	array[]::text[],
	format('%s has no privilege on a new table %s', role, name)
)
from unnest(array['anon', 'authenticated', 'service_role']) as role,
	unnest(array['public.made_later', 'private.made_later']) as name;
select ok(
	not has_sequence_privilege(role, 'public.made_later_counter_seq', 'usage, select, update'),
	format('%s has no privilege on a new sequence', role)
)
from unnest(array['anon', 'authenticated', 'service_role']) as role;
select ok(
	not has_function_privilege(role, name, 'execute'), format('%s cannot call a new function %s', role, name)
)
from unnest(array['anon', 'authenticated', 'service_role']) as role,
	unnest(array['public.made_later()', 'private.made_later()']) as name;

select schema_privs_are('private', role, array['USAGE'], role || ' reaches what is granted in private, and makes nothing there')
from unnest(array['anon', 'authenticated', 'service_role']) as role;

select ok(not has_schema_privilege(role, 'public', 'create'), role || ' makes nothing in public')
from unnest(array['anon', 'authenticated', 'service_role']) as role;

select * from finish();
rollback;
