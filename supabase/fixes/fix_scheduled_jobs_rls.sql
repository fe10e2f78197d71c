-- fix_scheduled_jobs_rls: mends a Supabase project in which members of an organization cannot start a
-- background job:
--
--   new row violates row-level security policy for table "scheduled_jobs"        42501
--
-- The insert policy compares created_by with auth.uid(), and the app says something else, or nothing. Dropping
-- the comparison alone would let every member write jobs in another one's name. So the policy asks for the
-- organization only, and created_by is no longer what the app says: it defaults to who asks, a trigger writes
-- who asks over anything else, and no update reaches it. It is always true, and refuses nobody.
--
-- How to use it: paste the whole file into the SQL editor of the project, run it, and read the table that
-- it answers. It is one transaction: all of it happens or nothing. Running it again does no harm. It needs
-- nothing of Gatehouse, and no right that the SQL editor does not have.
--
-- What it expects: the tables public.profiles (id, organization_id) and public.scheduled_jobs (id,
--   organization_id, created_by). Where the second is missing, run scheduled_jobs_table.sql.
-- What it changes: row level security, policies and grants of public.scheduled_jobs, the default of created_by,
--   a trigger on it, an index that it lacks, and two functions in the schema private.
-- What it keeps: every row, column and constraint; each policy that only lets somebody read, that speaks of
--   admins, or that is for other roles. Whatever it replaces is printed in full, so that it can be put back.
--
-- It tries everything out, before and after, with people and organizations that it makes up and takes back
-- again.

begin;

-- Nothing below depends on what the names of this project happen to resolve to.
set local search_path = '';
set local lock_timeout = '10s';

drop table if exists pg_temp.fix_jobs_report, pg_temp.fix_jobs_checks;
create temporary table fix_jobs_report (
	step integer generated always as identity,
	what text,
	before text,
	after text
);
create temporary table fix_jobs_checks (
	position integer generated always as identity,
	what text,
	wanted text,
	statement text,
	before text,
	after text
);

create or replace function pg_temp.report(p_what text, p_before text, p_after text) returns void
language plpgsql
as $$
begin
	insert into pg_temp.fix_jobs_report (what, before, after) values (p_what, p_before, p_after);
	raise notice '% | before: % | after: %', p_what, p_before, p_after;
end;
$$;

do $$
begin
	if to_regprocedure('private.session_state()') is not null then
		raise exception 'This database has Gatehouse''s own schema, which needs no fix. Nothing was changed.';
	end if;
	if to_regclass('public.scheduled_jobs') is null then
		raise exception 'There is no table public.scheduled_jobs: run scheduled_jobs_table.sql, which makes it as it should be. Nothing was changed.';
	end if;
	if (
		select count(*) from pg_catalog.pg_attribute
		where not attisdropped and (
			attrelid = to_regclass('public.profiles') and attname in ('id', 'organization_id')
			or attrelid = to_regclass('public.scheduled_jobs') and attname in ('id', 'organization_id', 'created_by')
		)
	) < 5 then
		raise exception 'There are no tables public.profiles (id, organization_id) and public.scheduled_jobs (id, organization_id, created_by). Nothing was changed.';
	end if;
end;
$$;

-- An insert that fills what has to be filled with anything that fits: nothing is known of the other columns.
create or replace function pg_temp.insert_into(p_table regclass, p_given jsonb) returns text
language plpgsql
as $$
begin
	return (
		select format(
			'insert into %s (%s) values (%s)', p_table,
			string_agg(quote_ident(a.attname), ', '),
			string_agg(
				case
					when p_given ? a.attname then quote_literal(p_given ->> a.attname)
					when t.typtype = 'e' then quote_literal((
						select e.enumlabel from pg_catalog.pg_enum as e where e.enumtypid = t.oid order by e.enumsortorder limit 1
					))
					when t.typcategory = 'N' then '0'
					when t.typcategory = 'B' then 'false'
					when t.typcategory = 'D' then 'now()'
					when t.typcategory = 'A' then quote_literal('{}')
					when t.typname = 'uuid' then 'gen_random_uuid()'
					when t.typname in ('json', 'jsonb') then quote_literal('{}')
					-- What may stand in a column with a list of values, its constraint says.
					else quote_literal(coalesce((
						select substring(pg_catalog.pg_get_constraintdef(c.oid) from '''([^'']*)''::')
						from pg_catalog.pg_constraint as c
						where c.conrelid = p_table and c.contype = 'c' and c.conkey = array[a.attnum]
						limit 1
					), 'Probe'))
				end, ', '
			)
		)
		from pg_catalog.pg_attribute as a
		join pg_catalog.pg_type as t on t.oid = a.atttypid
		where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
			and a.attidentity = '' and a.attgenerated = ''
			and (p_given ? a.attname or a.attnotnull and not a.atthasdef)
	);
end;
$$;

-- A new organization's id: from the table that the profiles refer to, or made up where they refer to none.
create or replace function pg_temp.make_organization() returns text
language plpgsql
as $$
declare
	v_table regclass;
	v_column text;
	v_type text;
	v_id text;
begin
	select c.confrelid, a.attname into v_table, v_column
	from pg_catalog.pg_constraint as c
	join pg_catalog.pg_attribute as mine on mine.attrelid = c.conrelid and mine.attnum = c.conkey[1]
	join pg_catalog.pg_attribute as a on a.attrelid = c.confrelid and a.attnum = c.confkey[1]
	where c.contype = 'f' and mine.attname = 'organization_id'
		and c.conrelid in ('public.profiles'::regclass, 'public.scheduled_jobs'::regclass)
	limit 1;
	if found then
		execute format('%s returning %I::text', pg_temp.insert_into(v_table, '{}'), v_column) into v_id;
		return v_id;
	end if;
	select t.typcategory into v_type
	from pg_catalog.pg_attribute as a
	join pg_catalog.pg_type as t on t.oid = a.atttypid
	where a.attrelid = 'public.profiles'::regclass and a.attname = 'organization_id';
	return case v_type when 'N' then (-floor(random() * 1000000000))::bigint::text else gen_random_uuid()::text end;
end;
$$;

-- Makes two people in two organizations with a job each, does one thing as the first of them, and takes it all
-- back: a block that ends with an error undoes all it did, the change of the role included. Answers null when
-- the thing was possible, and touched a row.
create or replace function pg_temp.try(p_statement text) returns text
language plpgsql
as $$
declare
	v_people uuid[] := array[gen_random_uuid(), gen_random_uuid()];
	v_places text[] := array[]::text[];
	v_place text;
	v_column text;
	v_rows integer;
begin
	-- A column that members may change.
	select a.attname into v_column
	from pg_catalog.pg_attribute as a
	where a.attrelid = 'public.scheduled_jobs'::regclass and a.attnum > 0 and not a.attisdropped
		and a.attidentity = '' and a.attgenerated = ''
		and a.attname not in ('id', 'organization_id', 'created_by', 'created_at')
	order by a.attname <> 'status', a.attnum
	limit 1;

	perform set_config('search_path', 'auth', true);
	for n in 1 .. 2 loop
		insert into auth.users (id, email) values (v_people[n], v_people[n] || '@fix.invalid');
		v_place := pg_temp.make_organization();
		v_places := v_places || v_place;
		-- A trigger may have made the profile.
		execute 'delete from public.profiles where id = $1' using v_people[n];
		execute pg_temp.insert_into('public.profiles', jsonb_build_object('id', v_people[n], 'organization_id', v_place));
		execute pg_temp.insert_into('public.scheduled_jobs', jsonb_build_object('organization_id', v_place, 'created_by', v_people[n]));
	end loop;

	-- $own, $other: the people; $place, $their_place: their organizations; $column: what may be changed.
	p_statement := replace(p_statement, '$insert_as_other', pg_temp.insert_into(
		'public.scheduled_jobs', jsonb_build_object('organization_id', v_places[1], 'created_by', v_people[2])
	));
	p_statement := replace(p_statement, '$insert_as_nobody', pg_temp.insert_into(
		'public.scheduled_jobs', jsonb_build_object('organization_id', v_places[1])
	));
	p_statement := replace(p_statement, '$insert_elsewhere', pg_temp.insert_into(
		'public.scheduled_jobs', jsonb_build_object('organization_id', v_places[2], 'created_by', v_people[1])
	));
	p_statement := replace(p_statement, '$insert', pg_temp.insert_into(
		'public.scheduled_jobs', jsonb_build_object('organization_id', v_places[1], 'created_by', v_people[1])
	));
	p_statement := replace(replace(p_statement, '$own', quote_literal(v_people[1])), '$other', quote_literal(v_people[2]));
	p_statement := replace(replace(p_statement, '$place', quote_literal(v_places[1])), '$their_place', quote_literal(v_places[2]));
	p_statement := replace(p_statement, '$column', quote_ident(v_column));

	perform set_config('search_path', 'public, extensions', true);
	perform set_config('request.jwt.claim.sub', v_people[1]::text, true);
	perform set_config('request.jwt.claims', json_build_object('sub', v_people[1], 'role', 'authenticated')::text, true);
	perform set_config('role', 'authenticated', true);
	execute p_statement;
	get diagnostics v_rows = row_count;
	perform set_config('role', 'none', true);
	if v_rows = 0 then
		raise exception 'no row was seen or changed' using errcode = 'FT001';
	end if;
	raise exception 'possible' using errcode = 'FT000';
exception when others then
	return case when sqlstate <> 'FT000' then sqlstate || ' ' || sqlerrm end;
end;
$$;

insert into pg_temp.fix_jobs_checks (what, wanted, statement) values
	('members start jobs in their organization', 'yes', '$insert'),
	('they do when the app says nobody as the author', 'yes', '$insert_as_nobody'),
	('they do when the app says somebody else, and the author is who it was', 'yes', 'with made as ($insert_as_other returning created_by) select from made where created_by = $own'),
	('members see the jobs of their organization', 'yes', 'select from public.scheduled_jobs where organization_id = $place'),
	('members change the jobs of their organization', 'yes', 'update public.scheduled_jobs set $column = $column where organization_id = $place'),
	('a member can start a job in the name of another', 'no', 'with made as ($insert_as_other returning created_by) select from made where created_by = $other'),
	('a member can put a job under the name of another', 'no', 'update public.scheduled_jobs set created_by = $other where organization_id = $place'),
	('a person can start a job in another organization', 'no', '$insert_elsewhere'),
	('a person can see the jobs of another organization', 'no', 'select from public.scheduled_jobs where organization_id = $their_place'),
	('a person can change the jobs of another organization', 'no', 'update public.scheduled_jobs set $column = $column where organization_id = $their_place'),
	('a person can hand a job to another organization', 'no', 'update public.scheduled_jobs set organization_id = $their_place where organization_id = $place'),
	('a person can delete the jobs of another organization', 'no', 'delete from public.scheduled_jobs where organization_id = $their_place');

update pg_temp.fix_jobs_checks set before = coalesce('no: ' || pg_temp.try(statement), 'yes');

-- What lets people write is replaced, because a policy that is too generous is as harmful as none.
do $$
declare
	v_policy record;
	v_kept boolean;
begin
	if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.scheduled_jobs'::regclass) then
		alter table public.scheduled_jobs enable row level security;
		perform pg_temp.report('row level security of public.scheduled_jobs', 'off', 'turned on');
	end if;

	for v_policy in
		select p.policyname, p.permissive, p.cmd, p.roles, concat_ws(' ', p.qual, p.with_check) as condition,
			format('create policy %I on public.scheduled_jobs as %s for %s to %s', p.policyname, p.permissive, p.cmd, array_to_string(p.roles, ', '))
				|| coalesce(' using (' || p.qual || ')', '') || coalesce(' with check (' || p.with_check || ')', '') as definition
		from pg_catalog.pg_policies as p
		join pg_catalog.pg_policy as o on o.polname = p.policyname and o.polrelid = 'public.scheduled_jobs'::regclass
		where p.schemaname = 'public' and p.tablename = 'scheduled_jobs'
			and coalesce(pg_catalog.obj_description(o.oid, 'pg_policy'), '') not like 'Made by fix_scheduled_jobs_rls%'
		order by p.policyname
	loop
		v_kept := v_policy.permissive = 'RESTRICTIVE' or v_policy.cmd = 'SELECT' or v_policy.condition ~* 'admin'
			or not v_policy.roles && array['public', 'anon', 'authenticated']::name[];
		if not v_kept then
			execute format('drop policy %I on public.scheduled_jobs', v_policy.policyname);
		end if;
		perform pg_temp.report(
			format('policy "%s" on public.scheduled_jobs', v_policy.policyname), v_policy.definition,
			case when v_kept then 'kept: see for yourself that it is meant' else 'dropped: replaced by those below' end
		);
	end loop;
end;
$$;

-- Whose organizations, and whose job. Both functions are out of the API's reach, in a schema of their own.
-- The first is a definer, so that what a person may read of public.profiles has no say in what they may start:
-- a policy there that hides their own profile, or that reads its own table (42P17), would refuse them here. The
-- second is one because not every project lets people into the schema auth.
do $$
declare
	v_type text := (
		select pg_catalog.format_type(a.atttypid, null)
		from pg_catalog.pg_attribute as a
		where a.attrelid = 'public.profiles'::regclass and a.attname = 'organization_id'
	);
begin
	create schema if not exists private;
	grant usage on schema private to authenticated;

	if to_regprocedure('private.scheduled_jobs_organizations()') is null then
		execute format(
			$f$
			create function private.scheduled_jobs_organizations() returns %s[]
			language plpgsql stable security definer set search_path = ''
			as $body$
			begin
				return array(
					select profile.organization_id from public.profiles as profile
					where profile.id = auth.uid() and profile.organization_id is not null
				);
			end;
			$body$
			$f$, v_type
		);
		perform pg_temp.report('function private.scheduled_jobs_organizations()', 'missing', 'made: the organization that the profile of whoever asks names');
	end if;
	if to_regprocedure('private.scheduled_jobs_author()') is null then
		create function private.scheduled_jobs_author() returns trigger
		language plpgsql security definer set search_path = ''
		as $body$
		begin
			-- Nobody asks when a backend with the secret key inserts: then it is what the backend says.
			new.created_by := coalesce(auth.uid(), new.created_by);
			return new;
		end;
		$body$;
		perform pg_temp.report('function private.scheduled_jobs_author()', 'missing', 'made: the author of a job is who asks');
	end if;
	revoke execute on function private.scheduled_jobs_organizations(), private.scheduled_jobs_author() from public, anon, authenticated;
	grant execute on function private.scheduled_jobs_organizations() to authenticated;
end;
$$;

do $$
declare
	v_default text := (
		select pg_catalog.pg_get_expr(d.adbin, d.adrelid)
		from pg_catalog.pg_attrdef as d
		join pg_catalog.pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
		where d.adrelid = 'public.scheduled_jobs'::regclass and a.attname = 'created_by'
	);
begin
	if v_default is null or v_default !~ 'auth\.uid\(\)' then
		alter table public.scheduled_jobs alter column created_by set default auth.uid();
		perform pg_temp.report('default of created_by', coalesce(v_default, 'none'), 'made: auth.uid()');
	end if;
	if not exists (
		select from pg_catalog.pg_trigger
		where tgrelid = 'public.scheduled_jobs'::regclass and tgfoid = 'private.scheduled_jobs_author()'::regprocedure
	) then
		-- After others in the order of names: it has the last word.
		create trigger zz_fix_author before insert on public.scheduled_jobs
			for each row execute function private.scheduled_jobs_author();
		perform pg_temp.report('trigger zz_fix_author', 'missing', 'made: the author of a job is who asks, whatever the app says');
	end if;
end;
$$;

-- The policies. Every function stands in a `(select …)`, so that it runs once a statement and not once a row;
-- and an update says what a row may become, or it could be handed to another organization.
create or replace function pg_temp.make_policy(p_name text, p_says text, p_rest text) returns void
language plpgsql
as $$
begin
	if exists (select from pg_catalog.pg_policies where schemaname = 'public' and tablename = 'scheduled_jobs' and policyname = p_name) then
		return;
	end if;
	execute format('create policy %I on public.scheduled_jobs %s', p_name, p_rest);
	execute format('comment on policy %I on public.scheduled_jobs is %L', p_name, 'Made by fix_scheduled_jobs_rls. ' || p_says);
	perform pg_temp.report(format('policy "%s" on public.scheduled_jobs', p_name), 'missing', 'made: ' || p_says);
end;
$$;

do $$
declare
	v_member text := format(
		'organization_id = any ((select private.scheduled_jobs_organizations())::%s[])',
		(
			select pg_catalog.format_type(a.atttypid, null)
			from pg_catalog.pg_attribute as a
			where a.attrelid = 'public.scheduled_jobs'::regclass and a.attname = 'organization_id'
		)
	);
begin
	perform pg_temp.make_policy('fix_select_member', 'Members see the jobs of their organization.', format('for select to authenticated using (%s)', v_member));
	perform pg_temp.make_policy('fix_insert_member', 'Members start jobs in their organization. Who the author is, the trigger says.', format('for insert to authenticated with check (%s)', v_member));
	perform pg_temp.make_policy('fix_update_member', 'Members change the jobs of their organization, and keep them there.', format('for update to authenticated using (%1$s) with check (%1$s)', v_member));
	perform pg_temp.make_policy('fix_delete_author', 'Members delete the jobs that they started.', format('for delete to authenticated using (%s and created_by = (select auth.uid()))', v_member));
end;
$$;

-- The grants. A missing one is 42501 as well ("permission denied for table"), and projects made in 2026 or
-- later start without any. A list of columns that is there already is not widened; and the author, the
-- organization and the date are in no list for updates.
do $$
declare
	v_verb text;
	v_columns text;
	v_sequence text;
begin
	foreach v_verb in array array['SELECT', 'INSERT', 'DELETE'] loop
		if not (case v_verb
			when 'DELETE' then has_table_privilege('authenticated', 'public.scheduled_jobs', v_verb)
			else has_any_column_privilege('authenticated', 'public.scheduled_jobs', v_verb)
		end) then
			execute format('grant %s on table public.scheduled_jobs to authenticated', v_verb);
			perform pg_temp.report(lower(v_verb) || ' on public.scheduled_jobs', 'not granted to authenticated', 'granted');
		end if;
	end loop;

	if has_table_privilege('authenticated', 'public.scheduled_jobs', 'UPDATE')
		or not has_any_column_privilege('authenticated', 'public.scheduled_jobs', 'UPDATE')
		or has_column_privilege('authenticated', 'public.scheduled_jobs', 'created_by', 'UPDATE')
		or has_column_privilege('authenticated', 'public.scheduled_jobs', 'organization_id', 'UPDATE')
	then
		select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into v_columns
		from pg_catalog.pg_attribute as a
		where a.attrelid = 'public.scheduled_jobs'::regclass and a.attnum > 0 and not a.attisdropped
			and a.attgenerated = '' and a.attname not in ('id', 'organization_id', 'created_by', 'created_at')
			and (
				has_column_privilege('authenticated', 'public.scheduled_jobs', a.attname, 'UPDATE')
				or not has_any_column_privilege('authenticated', 'public.scheduled_jobs', 'UPDATE')
			);
		-- Columns that were granted one by one are taken back with the table.
		revoke update on table public.scheduled_jobs from public, authenticated;
		execute format('grant update (%s) on table public.scheduled_jobs to authenticated', v_columns);
		perform pg_temp.report('update on public.scheduled_jobs', 'not granted, or also of the author and the organization', 'granted: ' || v_columns);
	end if;

	v_sequence := pg_catalog.pg_get_serial_sequence('public.scheduled_jobs', 'id');
	if v_sequence is not null and not has_sequence_privilege('authenticated', v_sequence, 'USAGE') then
		execute format('grant usage on sequence %s to authenticated', v_sequence);
		perform pg_temp.report('sequence ' || v_sequence, 'not granted to authenticated', 'granted');
	end if;

	if has_any_column_privilege('anon', 'public.scheduled_jobs', 'INSERT')
		or has_any_column_privilege('anon', 'public.scheduled_jobs', 'UPDATE')
		or has_table_privilege('anon', 'public.scheduled_jobs', 'DELETE')
	then
		perform pg_temp.report('writing public.scheduled_jobs', 'granted to anonymous', 'revoked');
	end if;
	revoke insert, update, delete, truncate, references, trigger on table public.scheduled_jobs from public, anon;
	-- What is granted to everybody was theirs as well.
	revoke truncate, references, trigger on table public.scheduled_jobs from authenticated;
	grant select, insert, update, delete on table public.scheduled_jobs to service_role;
end;
$$;

-- The policies ask for the organization at every statement.
do $$
begin
	if not exists (
		select from pg_catalog.pg_index as i
		join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
		where i.indrelid = 'public.scheduled_jobs'::regclass and i.indpred is null and a.attname = 'organization_id'
	) then
		create index scheduled_jobs_organization_id_fix on public.scheduled_jobs (organization_id);
		perform pg_temp.report('index on public.scheduled_jobs (organization_id)', 'missing', 'made');
	end if;
end;
$$;

do $$
begin
	update pg_temp.fix_jobs_checks set after = coalesce('no: ' || pg_temp.try(statement), 'yes');
	perform pg_temp.report(what || '?', before, after) from pg_temp.fix_jobs_checks order by position;

	-- Whoever may write the organization into their own profile is a member of any they like. How people join
	-- one is not for this script to change.
	if pg_temp.try('update public.profiles set organization_id = $their_place where id = $own') is null then
		perform pg_temp.report(
			'people write the organization in their own profile', 'yes',
			'left as it is: whoever knows an organization''s id becomes a member of it. Take the column from them: revoke update on public.profiles from authenticated, and grant update of the other columns.'
		);
	end if;

	if exists (select from pg_temp.fix_jobs_checks where (after = 'yes') <> (wanted = 'yes')) then
		perform pg_temp.report('result', null, 'Something is left to do: look at the questions above whose answer is not the one you want.');
	else
		perform pg_temp.report('result', null, 'Members start jobs in their organization, always under their own name, and reach nothing of any other.');
	end if;
end;
$$;

commit;

select what, before, after from pg_temp.fix_jobs_report order by step;
