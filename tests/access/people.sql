-- The people of the access matrix, made by the owner of the tables, and the way to try something as one of them.
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
insert into public.datasets (user_id, name, content, columns, row_count) select id, 'Data', 'a,b', '[]', 1 from matrix.people;
insert into public.ai_models (user_id, name, target, dataset_id)
select user_id, 'Model', 'b', id from public.datasets;
insert into public.training_jobs (user_id, model_id) select user_id, id from public.ai_models;
-- A card that has a public link, for the one who is asked for it
insert into public.studio_jobs (user_id, title, card, state, svg, png, png_complete, public_token)
select id, 'Card', '{}', 'done', '<svg/>', 'cG5n', true, case name when 'target' then repeat('a', 32) end from matrix.people;

-- Everybody has an organization, for the sake of the matrix under their own id. Olga's is the one that the
-- others try: Mia and the target are members there, Rex was one, and Otto is a member of Bob's.
insert into public.organizations (id, name) select id, 'Place of ' || name from matrix.people;
insert into public.memberships (organization_id, user_id, role) select id, id, 'owner' from matrix.people;
insert into public.memberships (organization_id, user_id)
select place.id, person.id
from matrix.people as place
join matrix.people as person
	on (place.name = 'olga' and person.name in ('mia', 'target', 'rex')) or (place.name = 'bob' and person.name = 'otto');
insert into public.invitations (organization_id, role, created_by, secret_hash)
select id, 'member', id, encode(sha256(convert_to(case name when 'olga' then repeat('c', 32) else name end, 'UTF8')), 'hex')
from matrix.people;

-- In each organization a file, an import of it that is over, and what it stored
insert into public.import_files (organization_id, created_by, name, byte_size, encoding, delimiter, header, line_count, chunk_count, complete)
select id, id, 'Stock.csv', 20, 'utf-8', ',', array['sku', 'name'], 1, 1, true from matrix.people;
insert into private.import_chunks (file_id, number, lines) select id, 0, '[[2, "A", "Apple"]]' from public.import_files;
insert into public.scheduled_jobs (organization_id, created_by, file_id, mapping, status, next_chunk)
select organization_id, created_by, id, '{"sku": 0, "name": 1}', 'done', 1 from public.import_files;
insert into public.inventory_items (organization_id, sku, name, import_id)
select organization_id, 'A', 'Apple', id from public.scheduled_jobs;
update public.scheduled_jobs set lines_done = 1, lines_added = 1;

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

create function matrix.row_in(p_table text, p_organization uuid) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
	v_id uuid;
begin
	execute format('select id from public.%I where organization_id = $1 limit 1', p_table) into v_id using p_organization;
	return v_id;
end;
$$;
grant execute on function matrix.row_in(text, uuid) to public;

create function matrix.invitation_of(p_organization uuid) returns uuid
language sql stable security definer
set search_path = ''
as $$ select id from public.invitations where organization_id = p_organization $$;
grant execute on function matrix.invitation_of(uuid) to public;

-- What happened a moment ago, after the tokens were issued
update public.users set role = 'user' where id = (select id from matrix.people where name = 'demoted');
update public.users set suspended_at = now() where id in (select id from matrix.people where name in ('held', 'heldboss'));
delete from auth.sessions where user_id in (select id from matrix.people where name in ('out', 'outboss'));
delete from auth.users where id = (select id from matrix.people where name = 'gone');
delete from public.memberships
where user_id = (select id from matrix.people where name = 'rex')
	and organization_id = (select id from matrix.people where name = 'olga');

-- What comes of a statement: the rows it touched, the value that it answers, or the SQLSTATE. Whatever it
-- did is undone.
create function matrix.outcome(p_claims jsonb, p_room text, p_statement text, p_value boolean) returns text
language plpgsql
-- As the data API has it
set search_path = public, extensions
as $$
declare
	v_rows integer;
	v_value text;
begin
	if p_room is not null then
		execute p_room;
	end if;
	perform set_config('request.jwt.claims', p_claims::text, true),
		set_config('request.jwt.claim.sub', coalesce(p_claims ->> 'sub', ''), true),
		set_config('request.jwt.claim.role', p_claims ->> 'role', true),
		set_config('role', p_claims ->> 'role', true);
	if p_value then
		execute p_statement into v_value;
	else
		execute p_statement;
		get diagnostics v_rows = row_count;
	end if;
	raise exception '%', coalesce('rows ' || v_rows, v_value, 'null') using errcode = 'MX000';
exception
	when sqlstate 'MX000' then
		return sqlerrm;
	when others then
		return sqlstate;
end;
$$;

-- Everything that is tried, by whom, in the order of the file that it is compared with; and what came of it.
create table matrix.cells (
	id integer generated always as identity primary key,
	part text,
	what text,
	who text,
	claims jsonb,
	room text,
	statement text,
	is_value boolean,
	outcome text
);

-- The first cell whose outcome is another than it was, those of a part before the others; no row when all
-- are as they were.
create function matrix.first_difference(p_part text, p_only boolean) returns setof matrix.cells
language plpgsql
set search_path = ''
as $$
declare
	v_cell matrix.cells;
	v_was text;
begin
	for v_cell in
		select cell.* from matrix.cells as cell
		where not p_only or cell.part like p_part
		order by cell.part like p_part desc, cell.id
	loop
		v_was := v_cell.outcome;
		v_cell.outcome := matrix.outcome(v_cell.claims, v_cell.room, v_cell.statement, v_cell.is_value);
		if v_cell.outcome is distinct from v_was then
			return next v_cell;
			return;
		end if;
	end loop;
end;
$$;
