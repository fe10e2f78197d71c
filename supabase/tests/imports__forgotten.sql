-- Of an organization's imports the 20 newest keep their refused lines, and what their undo needs; what older ones left
-- is taken away piece by piece.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann'), tests.make_person('bob');
insert into public.organizations (id, name) values
	('00000000-0000-4000-8000-00000000000a', 'Place'), ('00000000-0000-4000-8000-00000000000b', 'Elsewhere');
insert into public.memberships (organization_id, user_id, role) values
	('00000000-0000-4000-8000-00000000000a', tests.id_of('ann'), 'owner'),
	('00000000-0000-4000-8000-00000000000b', tests.id_of('bob'), 'owner');

-- Imports that are over, numbered by their names: the higher, the newer.
create function tests.add_old(p_name text, p_status text, p_refusals integer, p_changes integer, p_place text default 'a') returns uuid
language plpgsql
set search_path = ''
as $$
declare
	v_id uuid;
begin
	insert into public.scheduled_jobs (
		organization_id, file_name, header, mapping, status, lines_total, lines_done, lines_updated, lines_refused, created_at
	) values (
		('00000000-0000-4000-8000-00000000000' || p_place)::uuid, p_name, array['sku'], '{"sku": 0, "name": 1}', p_status,
		p_refusals + p_changes, p_refusals + p_changes, p_changes, p_refusals, '2020-01-01'::timestamptz + p_name::integer * interval '1 hour'
	) returning id into v_id;
	insert into private.import_refusals (job_id, line, fields, reason)
	select v_id, n, array['A'], 'name_missing' from generate_series(1, p_refusals) as n;
	insert into private.import_changes (job_id, item_id) select v_id, gen_random_uuid() from generate_series(1, p_changes);
	return v_id;
end;
$$;
create function tests.id_of_import(p_name text) returns uuid
language sql stable security definer
set search_path = ''
as $$ select id from public.scheduled_jobs where file_name = p_name and organization_id = '00000000-0000-4000-8000-00000000000a' $$;
create function tests.left_of(p_name text) returns text
language sql stable security definer
set search_path = ''
as $$
	select concat_ws(
		' ', job.details,
		(select count(*) from private.import_refusals where job_id = job.id),
		(select count(*) from private.import_changes where job_id = job.id)
	)
	from public.scheduled_jobs as job where job.id = tests.id_of_import(p_name);
$$;
grant execute on all functions in schema tests to public;

-- The oldest three are over, given up but in the queue still, and large.
select tests.add_old('1', 'done', 3, 2);
select tests.add_old('2', 'failed', 3, 2);
insert into private.jobs (kind, subject_id, owner_id, failed_at) values ('imports.run', tests.id_of_import('2'), tests.id_of('ann'), now());
select tests.add_old('3', 'cancelled', 4500, 2100);
select tests.add_old(n::text, 'done', 1, 1) from generate_series(4, 22) as n;
select tests.add_old('1', 'done', 3, 2, 'b'), tests.add_old('2', 'done', 3, 2, 'b');
update public.scheduled_jobs set details = 'leaving' where file_name = '2' and organization_id = '00000000-0000-4000-8000-00000000000b';

-- With the one that runs, 21 are newer than '2'.
select tests.act_as('ann');
insert into public.import_files (organization_id, name) values ('00000000-0000-4000-8000-00000000000a', 'now.csv');
select public.add_import_lines(id, n, jsonb_build_array(jsonb_build_array(n + 2, 'S' || n, 'Some')))
from public.import_files, generate_series(0, 5) as n;
select public.finish_import_file(id, array['sku', 'name'], 'utf-8', ',', 6, 100) from public.import_files;
select lives_ok(format('select count(*) from public.list_refused_lines(%L, 0, 10)', tests.id_of_import('1')), 'an old import has its refused lines until a newer one runs');
insert into public.scheduled_jobs (organization_id, file_id, mapping)
select organization_id, id, '{"sku": 0, "name": 1}' from public.import_files;
select tests.stop_acting();
create table tests.held as select id, token from public.claim_jobs('one', array['imports.run'], 1, 30);

create function tests.step() returns boolean language sql security definer set search_path = '' as $$
	select public.import_chunk(id, token) from tests.held $$;
select ok(tests.step(), 'a step is done');
select is(tests.left_of('1'), 'gone 0 0', 'it takes away what the oldest left');
select is(tests.left_of('2'), 'kept 3 2', 'but not of one that the queue may go on with');
select is(tests.left_of('3'), 'leaving 4500 2100', 'one after the other');
select is(tests.left_of('4'), 'kept 1 1', 'the 20 newest keep theirs');
select ok(tests.step(), 'another step');
select is(tests.left_of('3'), 'leaving 2500 100', 'a piece of the next one');
select tests.act_as('ann');
select throws_ok(
	format('select public.list_refused_lines(%L, 0, 10)', tests.id_of_import('3')), 'PT409', 'of this import only the figures are kept',
	'the lines that are left are not taken for all of them'
);
select throws_ok(
	format('select public.undo_import(%L)', tests.id_of_import('3')), 'PT409', 'of this import only the figures are kept', 'nor does an undo begin'
);
select tests.stop_acting();
select ok(tests.step(), 'and another');
select is(tests.left_of('3'), 'leaving 500 0', 'the next piece');
select ok(tests.step(), 'and another');
select is(tests.left_of('3'), 'gone 0 0', 'until nothing is left');
select ok(tests.step(), 'and another');
select ok(not tests.step(), 'and the last');
select is((select lines_added from public.scheduled_jobs where file_name = 'now.csv'), 6, 'all lines are stored meanwhile');
select is((select header from public.scheduled_jobs where id = tests.id_of_import('1')), '{}'::text[], 'nor are the names of the columns kept');
select is((select lines_refused from public.scheduled_jobs where id = tests.id_of_import('1')), 3, 'the figures are');
select is((select count(*)::integer from public.scheduled_jobs where details = 'kept' and organization_id = '00000000-0000-4000-8000-00000000000a'), 21, '20, and the one in the queue');
select results_eq(
	$$ select file_name, details, (select count(*)::integer from private.import_refusals where job_id = job.id) from public.scheduled_jobs as job
		where organization_id = '00000000-0000-4000-8000-00000000000b' order by file_name $$,
	$$ values ('1', 'kept', 3), ('2', 'leaving', 3) $$, 'the imports of another organization are nothing to it'
);

-- Nor may there be a job any more for one that has failed
delete from private.jobs where subject_id = tests.id_of_import('2');
select private.forget_imports('00000000-0000-4000-8000-00000000000a');
select is(tests.left_of('2'), 'gone 0 0', 'what has failed for good leaves nothing either');

-- What is being undone is needed
update public.scheduled_jobs set status = 'undoing' where id = tests.id_of_import('4');
insert into private.jobs (kind, subject_id, owner_id) values ('imports.run', tests.id_of_import('4'), tests.id_of('ann'));
select tests.add_old('23', 'done', 0, 0);
select private.forget_imports('00000000-0000-4000-8000-00000000000a');
select is(tests.left_of('4'), 'kept 1 1', 'an import that is being undone keeps what it needs');
select tests.act_as('ann');
select lives_ok(format('select count(*) from public.list_refused_lines(%L, 0, 10)', tests.id_of_import('5')), 'the newest 20 have their refused lines');
select tests.stop_acting();

select * from finish();
rollback;
