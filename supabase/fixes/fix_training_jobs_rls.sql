-- fix_training_jobs_rls: mends a Supabase project in which nobody can start a training:
--
--   new row violates row-level security policy for table "training_jobs"        42501
--
-- Row level security is on, and no policy lets anybody in. The same script closes the opposite: tables that
-- are open to everybody, because the error was "solved" by turning it off, or by a policy that says true.
--
-- How to use it: paste the whole file into the SQL editor of the project, run it, and read the table that
-- it answers. It is one transaction: all of it happens or nothing. Running it again does no harm. It needs
-- nothing of Gatehouse, and no right that the SQL editor does not have.
--
-- What it expects: the tables public.ai_models (id, user_id) and public.training_jobs (id, user_id, model_id).
-- What it changes: row level security, policies and grants of these two, and indexes that they lack.
-- What it keeps: every row, column and constraint; each policy that only lets somebody read, that speaks of
--   admins, or that is for other roles. Whatever it replaces is printed in full, so that it can be put back.
--
-- It tries everything out, before and after, with accounts and models that it makes up and takes back again.

begin;

-- Nothing below depends on what the names of this project happen to resolve to.
set local search_path = '';
set local lock_timeout = '10s';

drop table if exists pg_temp.fix_training_report, pg_temp.fix_training_checks;
create temporary table fix_training_report (
	step integer generated always as identity,
	what text,
	before text,
	after text
);
create temporary table fix_training_checks (
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
	insert into pg_temp.fix_training_report (what, before, after) values (p_what, p_before, p_after);
	raise notice '% | before: % | after: %', p_what, p_before, p_after;
end;
$$;

do $$
begin
	if to_regprocedure('private.session_state()') is not null then
		raise exception 'This database has Gatehouse''s own schema, which needs no fix. Nothing was changed.';
	end if;
	if (
		select count(*) from pg_catalog.pg_attribute
		where not attisdropped and (
			attrelid = to_regclass('public.ai_models') and attname in ('id', 'user_id')
			or attrelid = to_regclass('public.training_jobs') and attname in ('id', 'user_id', 'model_id')
		)
	) < 5 then
		raise exception 'There are no tables public.ai_models (id, user_id) and public.training_jobs (id, user_id, model_id). Nothing was changed.';
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
					else quote_literal('Probe')
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

-- Makes two people with a model and a training each, does one thing as the first of them, and takes it all
-- back: a block that ends with an error undoes all it did, the change of the role included. Answers null
-- when the thing was possible, and touched a row.
create or replace function pg_temp.try(p_statement text) returns text
language plpgsql
as $$
declare
	v_people uuid[] := array[gen_random_uuid(), gen_random_uuid()];
	v_models text[] := array[]::text[];
	v_id text;
	v_rows integer;
begin
	perform set_config('search_path', 'auth', true);
	for n in 1 .. 2 loop
		insert into auth.users (id, email) values (v_people[n], v_people[n] || '@fix.invalid');
		execute pg_temp.insert_into('public.ai_models', jsonb_build_object('user_id', v_people[n])) || ' returning id::text' into v_id;
		v_models := v_models || v_id;
		execute pg_temp.insert_into('public.training_jobs', jsonb_build_object('user_id', v_people[n], 'model_id', v_id));
	end loop;

	-- $own, $other: the people; $model, $their_model: what is theirs.
	p_statement := replace(p_statement, '$insert_training', pg_temp.insert_into(
		'public.training_jobs', jsonb_build_object('user_id', v_people[1], 'model_id', v_models[1])
	));
	p_statement := replace(p_statement, '$insert_for_their_model', pg_temp.insert_into(
		'public.training_jobs', jsonb_build_object('user_id', v_people[1], 'model_id', v_models[2])
	));
	p_statement := replace(p_statement, '$insert_as_other', pg_temp.insert_into(
		'public.training_jobs', jsonb_build_object('user_id', v_people[2], 'model_id', v_models[1])
	));
	p_statement := replace(p_statement, '$insert_model_as_other', pg_temp.insert_into(
		'public.ai_models', jsonb_build_object('user_id', v_people[2])
	));
	p_statement := replace(p_statement, '$insert_model', pg_temp.insert_into(
		'public.ai_models', jsonb_build_object('user_id', v_people[1])
	));
	p_statement := replace(replace(p_statement, '$own', quote_literal(v_people[1])), '$other', quote_literal(v_people[2]));
	p_statement := replace(p_statement, '$their_model', quote_literal(v_models[2]));

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

insert into pg_temp.fix_training_checks (what, wanted, statement) values
	('people start a training of their own model', 'yes', '$insert_training'),
	('people see their own trainings', 'yes', 'select from public.training_jobs where user_id = $own'),
	('people change their own trainings', 'yes', 'update public.training_jobs set user_id = user_id where user_id = $own'),
	('people delete their own trainings', 'yes', 'delete from public.training_jobs where user_id = $own'),
	('people make a model of their own', 'yes', '$insert_model'),
	('people see their own models', 'yes', 'select from public.ai_models where user_id = $own'),
	('people change their own models', 'yes', 'update public.ai_models set user_id = user_id where user_id = $own'),
	('a person can train the model of another', 'no', '$insert_for_their_model'),
	('a person can start a training as another', 'no', '$insert_as_other'),
	('a person can see the trainings of another', 'no', 'select from public.training_jobs where user_id = $other'),
	('a person can change the trainings of another', 'no', 'update public.training_jobs set user_id = user_id where user_id = $other'),
	('a person can hand a training to another', 'no', 'update public.training_jobs set user_id = $other where user_id = $own'),
	('a person can move a training to the model of another', 'no', 'update public.training_jobs set model_id = $their_model where user_id = $own'),
	('a person can delete the trainings of another', 'no', 'delete from public.training_jobs where user_id = $other'),
	('a person can make a model as another', 'no', '$insert_model_as_other'),
	('a person can see the models of another', 'no', 'select from public.ai_models where user_id = $other'),
	('a person can hand a model to another', 'no', 'update public.ai_models set user_id = $other where user_id = $own'),
	('a person can delete the models of another', 'no', 'delete from public.ai_models where user_id = $other');

update pg_temp.fix_training_checks set before = coalesce('no: ' || pg_temp.try(statement), 'yes');

-- What lets people write is replaced, because a policy that is too generous is as harmful as none.
do $$
declare
	v_table text;
	v_policy record;
	v_kept boolean;
begin
	foreach v_table in array array['ai_models', 'training_jobs'] loop
		if not (select relrowsecurity from pg_catalog.pg_class where oid = format('public.%I', v_table)::regclass) then
			execute format('alter table public.%I enable row level security', v_table);
			perform pg_temp.report('row level security of public.' || v_table, 'off', 'turned on');
		end if;

		for v_policy in
			select p.policyname, p.permissive, p.cmd, p.roles, concat_ws(' ', p.qual, p.with_check) as condition,
				format('create policy %I on public.%I as %s for %s to %s', p.policyname, v_table, p.permissive, p.cmd, array_to_string(p.roles, ', '))
					|| coalesce(' using (' || p.qual || ')', '') || coalesce(' with check (' || p.with_check || ')', '') as definition
			from pg_catalog.pg_policies as p
			join pg_catalog.pg_policy as o on o.polname = p.policyname and o.polrelid = format('public.%I', v_table)::regclass
			where p.schemaname = 'public' and p.tablename = v_table
				and coalesce(pg_catalog.obj_description(o.oid, 'pg_policy'), '') not like 'Made by fix_training_jobs_rls%'
			order by p.policyname
		loop
			v_kept := v_policy.permissive = 'RESTRICTIVE' or v_policy.cmd = 'SELECT' or v_policy.condition ~* 'admin'
				or not v_policy.roles && array['public', 'anon', 'authenticated']::name[];
			if not v_kept then
				execute format('drop policy %I on public.%I', v_policy.policyname, v_table);
			end if;
			perform pg_temp.report(
				format('policy "%s" on public.%s', v_policy.policyname, v_table), v_policy.definition,
				case when v_kept then 'kept: see for yourself that it is meant' else 'dropped: replaced by those below' end
			);
		end loop;
	end loop;
end;
$$;

-- The four policies of each table. Every function stands in a `(select …)`, so that it runs once a statement
-- and not once a row; and an update says what a row may become, or it could be handed to somebody else.
create or replace function pg_temp.make_policy(p_table text, p_name text, p_says text, p_rest text) returns void
language plpgsql
as $$
begin
	if exists (select from pg_catalog.pg_policies where schemaname = 'public' and tablename = p_table and policyname = p_name) then
		return;
	end if;
	execute format('create policy %I on public.%I %s', p_name, p_table, p_rest);
	execute format('comment on policy %I on public.%I is %L', p_name, p_table, 'Made by fix_training_jobs_rls. ' || p_says);
	perform pg_temp.report(format('policy "%s" on public.%s', p_name, p_table), 'missing', 'made: ' || p_says);
end;
$$;

do $$
declare
	c_own constant text := 'user_id = (select auth.uid())';
	c_own_model constant text := 'user_id = (select auth.uid()) and exists (
		select from public.ai_models as model
		where model.id = training_jobs.model_id and model.user_id = (select auth.uid())
	)';
begin
	perform pg_temp.make_policy('ai_models', 'fix_select_own', 'People see their own models.', format('for select to authenticated using (%s)', c_own));
	perform pg_temp.make_policy('ai_models', 'fix_insert_own', 'People make models of their own.', format('for insert to authenticated with check (%s)', c_own));
	perform pg_temp.make_policy('ai_models', 'fix_update_own', 'People change their own models and keep them.', format('for update to authenticated using (%1$s) with check (%1$s)', c_own));
	perform pg_temp.make_policy('ai_models', 'fix_delete_own', 'People delete their own models.', format('for delete to authenticated using (%s)', c_own));

	perform pg_temp.make_policy('training_jobs', 'fix_select_own', 'People see their own trainings.', format('for select to authenticated using (%s)', c_own));
	perform pg_temp.make_policy('training_jobs', 'fix_insert_own', 'People start trainings of their own models.', format('for insert to authenticated with check (%s)', c_own_model));
	perform pg_temp.make_policy('training_jobs', 'fix_update_own', 'People change their own trainings and keep them, at their own models.', format('for update to authenticated using (%s) with check (%s)', c_own, c_own_model));
	perform pg_temp.make_policy('training_jobs', 'fix_delete_own', 'People delete their own trainings.', format('for delete to authenticated using (%s)', c_own));
end;
$$;

-- The grants. A missing one is 42501 as well ("permission denied for table"), and projects made in 2026 or
-- later start without any. A list of columns that is there already is not widened.
do $$
declare
	v_table text;
	v_verb text;
	v_sequence text;
begin
	foreach v_table in array array['public.ai_models', 'public.training_jobs'] loop
		foreach v_verb in array array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] loop
			if not (case v_verb
				when 'DELETE' then has_table_privilege('authenticated', v_table, v_verb)
				else has_any_column_privilege('authenticated', v_table, v_verb)
			end) then
				execute format('grant %s on table %s to authenticated', v_verb, v_table);
				perform pg_temp.report(lower(v_verb) || ' on ' || v_table, 'not granted to authenticated', 'granted');
			end if;
		end loop;

		v_sequence := pg_catalog.pg_get_serial_sequence(v_table, 'id');
		if v_sequence is not null and not has_sequence_privilege('authenticated', v_sequence, 'USAGE') then
			execute format('grant usage on sequence %s to authenticated', v_sequence);
			perform pg_temp.report('sequence ' || v_sequence, 'not granted to authenticated', 'granted');
		end if;

		if has_any_column_privilege('anon', v_table, 'INSERT')
			or has_any_column_privilege('anon', v_table, 'UPDATE')
			or has_table_privilege('anon', v_table, 'DELETE')
		then
			perform pg_temp.report('writing ' || v_table, 'granted to anonymous', 'revoked');
		end if;
		execute format('revoke insert, update, delete, truncate, references, trigger on table %s from public, anon', v_table);
		-- What is granted to everybody was theirs as well.
		execute format('revoke truncate, references, trigger on table %s from authenticated', v_table);
		execute format('grant select, insert, update, delete on table %s to service_role', v_table);
	end loop;
end;
$$;

-- The policies ask for these columns at every statement.
do $$
declare
	v_place record;
begin
	for v_place in
		select * from (values ('ai_models', 'user_id'), ('training_jobs', 'user_id'), ('training_jobs', 'model_id')) as t (place, name)
	loop
		if not exists (
			select from pg_catalog.pg_index as i
			join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
			where i.indrelid = format('public.%I', v_place.place)::regclass and i.indpred is null and a.attname = v_place.name
		) then
			execute format('create index %I on public.%I (%I)', v_place.place || '_' || v_place.name || '_fix', v_place.place, v_place.name);
			perform pg_temp.report(format('index on public.%s (%s)', v_place.place, v_place.name), 'missing', 'made');
		end if;
	end loop;
end;
$$;

do $$
begin
	update pg_temp.fix_training_checks set after = coalesce('no: ' || pg_temp.try(statement), 'yes');
	perform pg_temp.report(what || '?', before, after) from pg_temp.fix_training_checks order by position;

	if exists (select from pg_temp.fix_training_checks where (after = 'yes') <> (wanted = 'yes')) then
		perform pg_temp.report('result', null, 'Something is left to do: look at the questions above whose answer is not the one you want.');
	else
		perform pg_temp.report('result', null, 'People start trainings of their own models, and reach nothing of anybody else.');
	end if;
end;
$$;

commit;

select what, before, after from pg_temp.fix_training_report order by step;
