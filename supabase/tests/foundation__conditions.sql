-- A hosted project's API refuses an update or a delete without a condition (21000), also within a function. No
-- backend for tests does, so it is read in what the functions say.
begin;
set local search_path = public, extensions;
select no_plan();

-- From the word that begins a write to the next one, or to the end of the statement.
create function tests.writes_without_condition() returns setof text language sql set search_path = '' as $$
	select distinct written.function
	from (
		select
			p.oid::regprocedure::text as function,
			regexp_split_to_table(
				regexp_replace(
					regexp_replace(lower(p.prosrc), '--[^\n]*', '', 'g'),
					'\m(update|delete\s+from)(\s+(?:only\s+)?(?:public|private|auth)\.)', E'\u0001\\1\\2', 'g'
				),
				E'[\u0001;]'
			) as statement
		from pg_catalog.pg_proc as p
		where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
	) as written
	where written.statement ~ '^(update|delete)\s' and written.statement !~ '\mwhere\M'
$$;

select is_empty('select tests.writes_without_condition()', 'every update and delete in a function has a condition');

create function private.careless() returns void language plpgsql set search_path = '' as $$
begin
	delete from public.notifications where id = gen_random_uuid();
	update public.users set name = 'x';
end;
$$;
select results_eq('select tests.writes_without_condition()', array['private.careless()'], 'one that has none is found');

select * from finish();
rollback;
