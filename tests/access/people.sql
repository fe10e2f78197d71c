-- The people of the access matrix, made by the owner of the tables. What they have of a feature is in people/.
create schema matrix;
grant usage on schema matrix to public;

create table matrix.people (name text primary key, id uuid, session_id uuid);
insert into matrix.people
select name, gen_random_uuid(), gen_random_uuid()
from unnest(array['ann', 'bob', 'boss', 'keeper', 'demoted', 'held', 'heldboss', 'out', 'outboss', 'gone', 'target', 'olga', 'mia', 'otto', 'rex']) as name;

insert into auth.users (id, email, email_confirmed_at, created_at)
select id, name || '@example.com', now(), now() from matrix.people;
insert into auth.sessions (id, user_id, created_at) select session_id, id, now() from matrix.people;
update public.users set role = 'admin'
where id in (select id from matrix.people where name in ('boss', 'keeper', 'demoted', 'heldboss', 'outboss'));
insert into public.registration_failures (user_id, stage, sqlstate, message)
select id, 'trigger', '23514', 'x' from matrix.people;
insert into public.notifications (user_id, kind) select id, 'training.done' from matrix.people;
insert into public.audit_log (act, via, subject_id) select 'role_set', 'command line', id from matrix.people;

-- Somebody's row of a table, for those who may not look it up.
create function matrix.row_of(p_table text, p_owner uuid) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
	v_id uuid;
begin
	execute format('select id from public.%I where user_id = $1 limit 1', p_table) into v_id using p_owner;
	return v_id;
end;
$$;
grant execute on function matrix.row_of(text, uuid) to public;
