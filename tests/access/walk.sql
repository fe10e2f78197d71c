-- What comes after the people and their things: what happened a moment ago, and the way to try something as somebody.

-- What happened a moment ago, after the tokens were issued
update public.users set role = 'user' where id = (select id from matrix.people where name = 'demoted');
update public.users set suspended_at = now() where id in (select id from matrix.people where name in ('held', 'heldboss'));
delete from auth.sessions where user_id in (select id from matrix.people where name in ('out', 'outboss'));
delete from auth.users where id = (select id from matrix.people where name = 'gone');

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
