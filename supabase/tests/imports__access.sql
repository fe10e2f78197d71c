-- Who may see, start and change what of an organization's imports and inventory; and that the author of a row
-- is always who made it.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann'), tests.make_person('mia'), tests.make_person('rex'), tests.make_person('otto');
create table tests.places (ours uuid default gen_random_uuid(), theirs uuid default gen_random_uuid());
insert into tests.places default values;
grant select on tests.places to public;
create function tests.ours() returns uuid language sql stable set search_path = '' as $$ select ours from tests.places $$;
create function tests.theirs() returns uuid language sql stable set search_path = '' as $$ select theirs from tests.places $$;
insert into public.organizations (id, name) values (tests.ours(), 'Ours'), (tests.theirs(), 'Theirs');
insert into public.memberships (organization_id, user_id, role) values
	(tests.ours(), tests.id_of('ann'), 'owner'),
	(tests.ours(), tests.id_of('mia'), 'member'),
	(tests.ours(), tests.id_of('rex'), 'member'),
	(tests.theirs(), tests.id_of('otto'), 'owner'),
	(tests.theirs(), tests.id_of('mia'), 'member');

create function tests.file_named(p_name text) returns public.import_files
language sql stable security definer
set search_path = ''
as $$ select * from public.import_files where name = p_name; $$;
create function tests.import_of(p_name text) returns public.scheduled_jobs
language sql stable security definer
set search_path = ''
as $$ select * from public.scheduled_jobs where file_name = p_name; $$;
create function tests.upload(p_organization uuid, p_name text) returns void
language plpgsql
set search_path = ''
as $$
begin
	insert into public.import_files (organization_id, name) values (p_organization, p_name);
	perform public.add_import_lines((tests.file_named(p_name)).id, 0, '[[2, "A", "Apple"], [3, "B", ""]]');
	perform public.finish_import_file((tests.file_named(p_name)).id, array['sku', 'name'], 'utf-8', ',', 2, 20);
end;
$$;
create function tests.start(p_organization uuid, p_name text) returns void
language sql
set search_path = ''
as $$
	insert into public.scheduled_jobs (organization_id, file_id, mapping)
	values (p_organization, (tests.file_named(p_name)).id, '{"sku": 0, "name": 1}');
$$;
grant execute on all functions in schema tests to public;

-- A member uploads and starts
select tests.act_as('mia');
select lives_ok('select tests.upload(tests.ours(), ''mia.csv'')', 'a member uploads a file');
select is((tests.file_named('mia.csv')).created_by, tests.id_of('mia'), 'in her own name');
select lives_ok('select tests.start(tests.ours(), ''mia.csv'')', 'and starts an import of it');
select results_eq(
	$$ select job.created_by, job.status, job.header, job.lines_total from tests.import_of('mia.csv') as job $$,
	$$ select tests.id_of('mia'), 'scheduled', array['sku', 'name'], 2 $$,
	'in her own name, and it knows its file'
);
select tests.stop_acting();
select results_eq(
	$$ select kind, owner_id from private.jobs where subject_id = (tests.import_of('mia.csv')).id $$,
	$$ select 'imports.run', tests.id_of('mia') $$, 'it is in the queue'
);

-- The author is true
select tests.act_as('mia');
select throws_ok(
	$$ insert into public.scheduled_jobs (organization_id, file_id, mapping, created_by)
		values (tests.ours(), (tests.file_named('mia.csv')).id, '{"sku": 0, "name": 1}', tests.id_of('ann')) $$,
	'42501', tests.denied('scheduled_jobs'), 'nobody starts an import in another''s name'
);
select throws_ok(
	$$ insert into public.scheduled_jobs (organization_id, file_id, mapping, created_by)
		values (tests.ours(), (tests.file_named('mia.csv')).id, '{"sku": 0, "name": 1}', tests.id_of('mia')) $$,
	'42501', tests.denied('scheduled_jobs'), 'nor says that it is their own'
);
select throws_ok(
	$$ insert into public.import_files (organization_id, name, created_by) values (tests.ours(), 'x', tests.id_of('ann')) $$,
	'42501', tests.denied('import_files'), 'nor uploads in another''s name'
);
select throws_ok(
	$$ update public.scheduled_jobs set created_by = tests.id_of('mia') $$,
	'42501', tests.denied('scheduled_jobs'), 'nor changes who it was'
);
select tests.stop_acting();
grant insert (created_by) on public.scheduled_jobs, public.import_files to authenticated;
select tests.act_as('mia');
insert into public.import_files (organization_id, name, created_by) values (tests.ours(), 'forged.csv', tests.id_of('ann'));
select is((tests.file_named('forged.csv')).created_by, tests.id_of('mia'), 'were the grant lost, the author of a file is still who asks');
insert into public.scheduled_jobs (organization_id, file_id, mapping, created_by)
values (tests.ours(), (tests.file_named('mia.csv')).id, '{"sku": 0, "name": 1}', tests.id_of('ann'));
select is_empty(
	$$ select from public.scheduled_jobs where created_by is distinct from tests.id_of('mia') $$, 'and that of an import'
);
select tests.stop_acting();
revoke insert (created_by) on public.scheduled_jobs, public.import_files from authenticated;
delete from public.scheduled_jobs;
select is_empty('select from private.jobs where kind = ''imports.run''', 'what is deleted leaves the queue');

-- Nothing that is the worker's
select tests.act_as('mia');
select tests.start(tests.ours(), 'mia.csv');
select throws_ok(
	format('update public.scheduled_jobs set %I = default', written.column_name), '42501', tests.denied('scheduled_jobs'),
	format('members do not write %s', written.column_name)
)
from information_schema.columns as written
where written.table_schema = 'public' and written.table_name = 'scheduled_jobs';
select throws_ok(
	format('insert into public.scheduled_jobs (organization_id, file_id, mapping, %I) values (tests.ours(), null, ''{}'', default)', written.column_name),
	'42501', tests.denied('scheduled_jobs'), format('nor begin with a %s', written.column_name)
)
from information_schema.columns as written
where written.table_schema = 'public' and written.table_name = 'scheduled_jobs'
	and written.column_name not in ('organization_id', 'job_type', 'file_id', 'mapping', 'decimal_mark', 'on_known');
select throws_ok('delete from public.scheduled_jobs', '42501', tests.denied('scheduled_jobs'), 'nor delete history');
select throws_ok(
	$$ insert into public.inventory_items (organization_id, sku, name, import_id) values (tests.ours(), 'X', 'x', gen_random_uuid()) $$,
	'42501', tests.denied('inventory_items'), 'nor pass an item off as an import''s'
);
select throws_ok(
	$$ update public.inventory_items set version = 9 $$, '42501', tests.denied('inventory_items'), 'nor turn the version back'
);
select throws_ok('select public.import_chunk(1, 1)', '42501', 'permission denied for function import_chunk', 'nor do the worker''s work');
select throws_ok('select private.import_chunk(1, 1)', '42501', 'permission denied for function import_chunk', 'by the other name either');

-- Upserts of items
insert into public.inventory_items (organization_id, sku, name, quantity) values (tests.ours(), 'ONE', 'One', 1);
select is(
	tests.touched($$ insert into public.inventory_items (organization_id, sku, name) values (tests.ours(), 'ONE', 'Other') on conflict (organization_id, sku) do nothing $$),
	0, 'an upsert that ignores leaves a known item'
);
select is(
	tests.touched($$ insert into public.inventory_items (organization_id, sku, name) values (tests.ours(), 'ONE', 'Uno') on conflict (organization_id, sku) do update set name = excluded.name $$),
	1, 'an upsert that merges changes it'
);
select results_eq(
	$$ select name, quantity, version from public.inventory_items where sku = 'ONE' $$, $$ values ('Uno', 1, 2) $$,
	'as an edit, with a new version'
);
select throws_ok(
	$$ insert into public.inventory_items (organization_id, sku, name) values (tests.ours(), 'ONE', 'Uno') on conflict (organization_id, sku) do update set organization_id = excluded.organization_id $$,
	'42501', tests.denied('inventory_items'), 'an upsert writes no organization'
);
select throws_ok(
	$$ update public.inventory_items set organization_id = tests.theirs() $$,
	'42501', tests.denied('inventory_items'), 'nothing is handed to another organization, of which she is a member, too'
);
select throws_ok(
	$$ insert into public.inventory_items (organization_id, sku, name) values (tests.ours(), 'ONE', 'Again') $$, '23505', null,
	'a sku is there once'
);
select throws_ok(
	$$ insert into public.inventory_items (organization_id, sku, name, price) values (tests.ours(), 'NAN', 'None', 'NaN') $$, '23514', null,
	'a price is a number'
);
select lives_ok(
	$$ insert into public.inventory_items (organization_id, sku, name) values (tests.theirs(), 'ONE', 'Theirs') $$, 'and once elsewhere'
);
select throws_ok(
	$$ insert into public.scheduled_jobs (organization_id, file_id, mapping) values (tests.theirs(), (tests.file_named('mia.csv')).id, '{"sku": 0, "name": 1}') $$,
	'23503', null, 'a file of one organization is not imported into another'
);
select tests.stop_acting();

-- A member of another organization
select tests.act_as('otto');
select is_empty('select from public.import_files', 'another organization sees no file');
select is_empty('select from public.scheduled_jobs', 'no import');
select is_empty($$ select from public.inventory_items where organization_id = tests.ours() $$, 'and no item');
select throws_ok('select tests.start(tests.ours(), ''mia.csv'')', '42501', tests.refused('scheduled_jobs'), 'starts none');
select throws_ok(
	$$ insert into public.inventory_items (organization_id, sku, name) values (tests.ours(), 'X', 'x') $$, '42501', tests.refused('inventory_items'), 'adds nothing'
);
select is(tests.touched($$ update public.inventory_items set name = 'x' where organization_id = tests.ours() $$), 0, 'changes nothing');
select is(tests.touched($$ update public.inventory_items set name = 'Blind' $$), 1, 'also blindly but its own');
select is(tests.touched($$ delete from public.import_files $$), 0, 'deletes nothing');
select throws_ok(
	format('select public.%s', call), 'PT404', null, format('and is told of nothing by %s', split_part(call, '(', 1))
)
from (values
	(format('cancel_import(%L)', (tests.import_of('mia.csv')).id)),
	(format('undo_import(%L)', (tests.import_of('mia.csv')).id)),
	(format('list_refused_lines(%L, 0, 10)', (tests.import_of('mia.csv')).id)),
	(format('sample_import_lines(%L, 10)', (tests.file_named('mia.csv')).id)),
	(format('preview_import(%L, ''{"sku": 0, "name": 1}'', ''.'', 10)', (tests.file_named('mia.csv')).id)),
	(format('check_import(%L, ''{"sku": 0, "name": 1}'', ''.'', 0, 10)', (tests.file_named('mia.csv')).id)),
	(format('add_import_lines(%L, 1, ''[[4, "C", "x"]]'')', (tests.file_named('mia.csv')).id)),
	(format('finish_import_file(%L, array[''a''], ''utf-8'', '','', 2, 1)', (tests.file_named('mia.csv')).id))
) as calls (call);
select tests.stop_acting();

-- Removed a moment ago, with a token that is valid
select tests.act_as('rex');
select isnt_empty('select from public.scheduled_jobs', 'a member sees the import of another one');
select tests.upload(tests.ours(), 'rex.csv');
select tests.stop_acting();
delete from public.memberships where user_id = tests.id_of('rex');
select tests.act_as('rex');
select is_empty('select from public.scheduled_jobs', 'whoever was removed sees none any more');
select is_empty('select from public.import_files', 'nor the file that they brought');
select throws_ok('select tests.start(tests.ours(), ''rex.csv'')', '42501', tests.refused('scheduled_jobs'), 'and starts none');
select throws_ok(
	format('select public.cancel_import(%L)', (tests.import_of('mia.csv')).id), 'PT404', null, 'and cancels none'
);
select tests.stop_acting();

-- What uploads are refused for
select tests.act_as('ann');
select throws_ok(
	format('select public.add_import_lines(%L, 0, ''[[2, "A"]]'')', (tests.file_named('forged.csv')).id), 'PT403', null,
	'a file is uploaded by one person'
);
select tests.stop_acting();
select tests.act_as('mia');
select throws_ok(
	format('select public.add_import_lines(%L, %s, %L)', (tests.file_named('forged.csv')).id, number, lines), code, null, why
)
from (values
	(1, '[[2, "A"]]', 'PT409', 'chunks come in order'),
	(0, '[]', '22023', 'a chunk has lines'),
	(0, '{}', '22023', 'that are a list'),
	(0, '[2]', '22023', 'of lists'),
	(0, '[["2", "A"]]', '22023', 'that begin with a number'),
	(0, '[[2.5, "A"]]', '22023', 'that is whole'),
	(0, '[[2, 3]]', '22023', 'and go on with texts'),
	(0, '[[2, "A", null]]', '22023', 'and nothing else'),
	(0, '[[2, "A"], [2, "B"]]', '22023', 'each line is there once'),
	(0, '[[3, "A"], [2, "B"]]', '22023', 'in order'),
	(0, '[[2, "A\u0000"]]', '22P05', 'and is text')
) as refused (number, lines, code, why);
select lives_ok(format('select public.add_import_lines(%L, 0, ''[[2, "A", "x"]]'')', (tests.file_named('forged.csv')).id), 'a chunk comes');
select lives_ok(format('select public.add_import_lines(%L, 0, ''[[2, "A", "x"]]'')', (tests.file_named('forged.csv')).id), 'and comes again');
select throws_ok(format('select public.add_import_lines(%L, 0, ''[[2, "A", "y"]]'')', (tests.file_named('forged.csv')).id), 'PT409', null, 'but not as another one');
select throws_ok(format('select public.add_import_lines(%L, 1, ''[[2, "A", "y"]]'')', (tests.file_named('forged.csv')).id), '22023', null, 'nor a line of before');
select throws_ok(
	format('select public.finish_import_file(%L, array[''sku'', ''name''], ''utf-8'', '','', 2, 9)', (tests.file_named('forged.csv')).id), 'PT409', null,
	'a file of which a line is missing is not finished'
);
select throws_ok(
	format('select public.finish_import_file(%L, array[''sku'', null], ''utf-8'', '','', 1, 9)', (tests.file_named('forged.csv')).id), '22023', null,
	'nor one with half a header'
);
select throws_ok('select tests.start(tests.ours(), ''forged.csv'')', 'PT409', 'the file has not been read to its end', 'nor imported');
select tests.stop_acting();
select tests.act_as('otto');
select throws_ok(
	'select tests.start(tests.ours(), ''forged.csv'')', '42501', tests.refused('scheduled_jobs'), 'a stranger is not told how far the upload is'
);
select tests.stop_acting();
select tests.act_as('mia');
select throws_ok(
	format('select public.%s(%L, %L, %L, %s)', call, (tests.file_named('mia.csv')).id, mapping, mark, numbers), code, null,
	format('nor does %s read a file by %s and %L', call, mapping, mark)
)
from (values ('preview_import', '10'), ('check_import', '0, 10')) as calls (call, numbers)
cross join (values
	('{"sku": 0}', '.', 'PT409'), ('{"sku": 0, "name": 2}', '.', 'PT409'), ('{"sku": 0, "name": 1}', ';', '22023'),
	('{"sku": 0, "name": 1}', null, '22023')
) as refused (mapping, mark, code);
select throws_ok(
	format('insert into public.scheduled_jobs (organization_id, file_id, mapping) values (tests.ours(), %L, %L)', (tests.file_named('mia.csv')).id, mapping),
	'PT409', null, format('the mapping %s fits no file', mapping)
)
from unnest(array['{}', '{"sku": 0}', '{"sku": 0, "name": 2}', '{"sku": 0, "name": -1}', '{"sku": 0, "name": "1"}', '{"sku": 0, "name": 1, "x": 1}', '[]', '{"sku": 0, "name": 1.5}', '{"sku": 0, "name": null}']) as mapping;
select throws_ok(
	$$ insert into public.scheduled_jobs (organization_id, mapping) values (tests.ours(), '{"sku": 0, "name": 1}') $$, '23502', null, 'an import needs a file'
);
select is(tests.touched('delete from public.import_files where name = ''mia.csv'''), 0, 'a file that an import waits for is not deleted');
select tests.start(tests.ours(), 'mia.csv') from generate_series(1, 4);
select throws_ok('select tests.start(tests.ours(), ''mia.csv'')', 'PT409', 'too many imports at once', 'five imports wait, and no more');
select tests.stop_acting();
select tests.act_as('otto');
select throws_ok('select tests.start(tests.ours(), ''mia.csv'')', '42501', tests.refused('scheduled_jobs'), 'which a stranger is not told');
select tests.stop_acting();
select tests.act_as('mia');
select ok(public.cancel_import(id), 'one that waits is cancelled') from public.scheduled_jobs;
select is(tests.touched('delete from public.import_files where name = ''mia.csv'''), 1, 'then the file can be deleted');
select is((select count(*) from public.scheduled_jobs where file_id is null and file_name = 'mia.csv'), 5::bigint, 'and history stays');
select tests.stop_acting();

-- An upload that was left
update public.import_files set created_at = now() - interval '2 days' where name = 'forged.csv';
select tests.act_as('ann');
insert into public.import_files (organization_id, name) values (tests.ours(), 'new.csv');
select is((tests.file_named('forged.csv')).id, null, 'what was never read to its end goes when the next file comes');
select tests.stop_acting();

-- Room for a hundred files
insert into public.import_files (organization_id, name)
select tests.theirs(), 'many ' || number || '.csv' from generate_series(1, 99) as number;
select tests.act_as('otto');
select lives_ok($$ insert into public.import_files (organization_id, name) values (tests.theirs(), 'hundredth.csv') $$, 'a hundred files are kept');
select throws_ok(
	$$ insert into public.import_files (organization_id, name) values (tests.theirs(), 'one more.csv') $$,
	'PT409', 'no room for another file', 'and no more'
);
select tests.stop_acting();
select tests.act_as('ann');
select throws_ok(
	$$ insert into public.import_files (organization_id, name) values (tests.theirs(), 'x.csv') $$, '42501', tests.refused('import_files'),
	'which a stranger is not told'
);
select tests.stop_acting();
update public.import_files set stored_bytes = 990000000 where name in ('many 1.csv', 'many 2.csv', 'many 3.csv');
select tests.act_as('otto');
select throws_ok(
	format('select public.add_import_lines(%L, 0, ''[[2, "A"]]'')', (tests.file_named('hundredth.csv')).id), 'PT409', 'no room for more lines',
	'and all together hold so much'
);
select tests.stop_acting();
delete from public.import_files where organization_id = tests.theirs();

-- The account goes, the import stays
select tests.act_as('mia');
select tests.upload(tests.ours(), 'last.csv');
select tests.start(tests.ours(), 'last.csv');
select tests.stop_acting();
delete from auth.users where id = tests.id_of('mia');
select results_eq(
	$$ select owner_id from private.jobs where subject_id = (tests.import_of('last.csv')).id $$, $$ select tests.id_of('ann') $$,
	'the import of an account that is deleted goes on in an owner''s name'
);
select is((tests.import_of('last.csv')).created_by, null, 'and nobody else is said to have started it');
delete from public.organizations where id = tests.ours();
select is_empty('select from public.inventory_items where organization_id = tests.ours()', 'with the organization goes its inventory');
select is_empty('select from private.jobs where kind = ''imports.run''', 'and what was to be done');
select is_empty('select from private.import_chunks', 'and its files');

select * from finish();
rollback;
