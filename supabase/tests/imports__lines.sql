-- What a line means, what an import stores and refuses, what is told of it, and how it is undone.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann'), tests.make_person('mia');
create table tests.places (id uuid default gen_random_uuid());
insert into tests.places default values;
create function tests.place() returns uuid language sql stable security definer set search_path = '' as $$ select id from tests.places $$;
insert into public.organizations (id, name) values (tests.place(), 'Place');
insert into public.memberships (organization_id, user_id, role) values
	(tests.place(), tests.id_of('ann'), 'owner'), (tests.place(), tests.id_of('mia'), 'member');

-- What is read of one line: "the value", or "!reason"
create function tests.read_number(p_field text, p_text text, p_mark text) returns text
language sql stable
set search_path = ''
as $$
	select coalesce(
		'!' || read.reason, case p_field when 'quantity' then read.quantity::text else read.price::text end, 'null'
	)
	from private.read_import_lines(
		jsonb_build_array(jsonb_build_array(2, 'A', 'Apple', p_text)), 3,
		jsonb_build_object('sku', 0, 'name', 1, p_field, 2), p_mark
	) as read;
$$;
select is(tests.read_number('quantity', written, mark), expected, format('the quantity %L, decimals after %s', left(written, 40), mark))
from (values
	('', '.', 'null'), ('  ', '.', 'null'), ('0', '.', '0'), ('007', '.', '7'), (' 12 ', '.', '12'), (E'\u00a012\u00a0', '.', '12'),
	('+5', '.', '5'), ('-5', '.', '!quantity_range'), ('-0', '.', '0'), ('1,000', '.', '1000'), ('1.000', ',', '1000'),
	('1.000', '.', '!quantity_invalid'), ('1,000', ',', '!quantity_invalid'), ('12.0', '.', '12'), ('12.00', '.', '12'),
	('12.0000', '.', '12'), ('12,0', ',', '12'), ('12.5', '.', '!quantity_invalid'), ('1e3', '.', '!quantity_invalid'),
	('1E+05', '.', '!quantity_invalid'), ('0x10', '.', '!quantity_invalid'), ('1_000', '.', '!quantity_invalid'),
	('1 000', '.', '1000'), (E'1\u202f000', ',', '1000'), ('1''000', '.', '1000'), (E'1\u2019000\u2019000', '.', '1000000'),
	('1,000 000', '.', '!quantity_invalid'), ('1,00', '.', '!quantity_invalid'), ('1,0000', '.', '!quantity_invalid'),
	('10,00', '.', '!quantity_invalid'), (',100', '.', '!quantity_invalid'), ('1,', '.', '!quantity_invalid'), ('.', '.', '!quantity_invalid'),
	('999999999', '.', '999999999'), ('1000000000', '.', '!quantity_range'), (repeat('9', 60), '.', '!quantity_range'),
	(repeat('9', 200000), '.', '!quantity_range'), ('1' || repeat(',000', 5000) || ' 000', '.', '!quantity_range'),
	(repeat('word ', 200), '.', '!quantity_invalid'), (repeat('0', 60) || '7', '.', '!quantity_range'), (repeat('0', 57) || ',000', '.', '!quantity_invalid'), (E'\u0661\u0662', '.', '!quantity_invalid'), (E'\uff11', '.', '!quantity_invalid'),
	('NaN', '.', '!quantity_invalid'), ('Infinity', '.', '!quantity_invalid'), ('twelve', '.', '!quantity_invalid'), ('1-2', '.', '!quantity_invalid'),
	('--1', '.', '!quantity_invalid'), (E'1\n2', '.', '!quantity_invalid'), (E'12\n', '.', '12'), (E'\u22125', '.', '!quantity_invalid')
) as cases (written, mark, expected);
select is(tests.read_number('price', written, mark), expected, format('the price %L, decimals after %s', left(written, 40), mark))
from (values
	('', '.', 'null'), ('1', '.', '1'), ('1.5', '.', '1.5'), ('1.50', '.', '1.50'), ('1.505', '.', '!price_invalid'), ('1.500', '.', '!price_invalid'),
	('1.5000', '.', '1.5000'), ('1,50', ',', '1.50'), ('1.234,50', ',', '1234.50'), ('1,234.50', '.', '1234.50'), ('1.234.567,8', ',', '1234567.8'),
	('1,234,50', '.', '!price_invalid'), ('1.5.0', '.', '!price_invalid'), ('$1.50', '.', '!price_invalid'), ('.5', '.', '!price_invalid'),
	('-1.50', '.', '!price_range'), ('9999999999.99', '.', '9999999999.99'), ('10000000000', '.', '!price_range'), ('1e2', '.', '!price_invalid'),
	(repeat('1', 70) || '.5', '.', '!price_range'), ('1' || repeat(',000', 5000) || ' 000', '.', '!price_range'), (repeat('word ', 200), '.', '!price_invalid')
) as cases (written, mark, expected);

create function tests.reason(p_line jsonb) returns text
language sql stable
set search_path = ''
as $$
	select coalesce(read.reason || ' ' || coalesce(read.field, '-'), 'good')
	from private.read_import_lines(
		jsonb_build_array(p_line), 7, '{"sku": 0, "name": 1, "quantity": 2, "price": 3, "location": 4, "category": 5, "note": 6}', '.'
	) as read;
$$;
select is(tests.reason(line), expected, format('of a line: %s', expected))
from (values
	('[2, "A", "Apple", "1", "2", "L", "C", "N"]'::jsonb, 'good'),
	('[2, "A", "Apple", "", "", "", "", ""]', 'good'),
	('[2, "A", "Apple", "1", "2", "L", "C"]', 'too_few_fields -'),
	('[2, "A", "Apple", "1", "2", "L", "C", "N", ""]', 'too_many_fields -'),
	('[2]', 'too_few_fields -'),
	('[2, " \t", "Apple", "1", "2", "L", "C", "N"]', 'sku_missing sku'),
	('[2, "A", "", "1", "2", "L", "C", "N"]', 'name_missing name'),
	('[2, "A", "Apple", "x", "y", "L", "C", "N"]', 'quantity_invalid quantity'),
	('[2, "A", "Apple", "1", "y", "L", "C", "N"]', 'price_invalid price'),
	(jsonb_build_array(2, repeat('A', 101), 'Apple', '1', '2', 'L', 'C', 'N'), 'sku_too_long sku'),
	(jsonb_build_array(2, repeat(U&'\+01F34E', 100), repeat('n', 200), '1', '2', repeat('l', 200), repeat('c', 200), repeat('n', 2000)), 'good'),
	(jsonb_build_array(2, 'A', repeat('n', 201), '1', '2', 'L', 'C', 'N'), 'name_too_long name'),
	(jsonb_build_array(2, 'A', 'n', '1', '2', repeat('l', 201), 'C', 'N'), 'location_too_long location'),
	(jsonb_build_array(2, 'A', 'n', '1', '2', 'L', repeat('c', 201), 'N'), 'category_too_long category'),
	(jsonb_build_array(2, 'A', 'n', '1', '2', 'L', 'C', repeat('n', 2001)), 'note_too_long note')
) as cases (line, expected);

select is(
	(select line from private.read_import_lines('[[2.0, "A", "Apple"]]', 2, '{"sku": 0, "name": 1}', '.')), 2, 'a number of a line that is written as 2.0 is 2'
);

-- An import of two chunks
create function tests.upload(p_name text, p_header text[], variadic p_chunks jsonb[]) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_id uuid := gen_random_uuid();
	v_lines integer := 0;
begin
	insert into public.import_files (organization_id, name) values (tests.place(), p_name) returning id into v_id;
	for v_number in 1 .. cardinality(p_chunks) loop
		perform public.add_import_lines(v_id, v_number - 1, p_chunks[v_number]);
		v_lines := v_lines + jsonb_array_length(p_chunks[v_number]);
	end loop;
	perform public.finish_import_file(v_id, p_header, 'utf-8', ',', v_lines, 100);
end;
$$;
-- The one that is not undone: in a test it is the same moment all along.
create function tests.import_of(p_name text) returns public.scheduled_jobs
language sql stable security definer
set search_path = ''
as $$ select * from public.scheduled_jobs where file_name = p_name order by status = 'undone' limit 1; $$;
create function tests.start(p_name text, p_mapping jsonb, p_on_known text) returns void
language sql
set search_path = ''
as $$
	insert into public.scheduled_jobs (organization_id, file_id, mapping, on_known)
	select organization_id, id, p_mapping, p_on_known from public.import_files where name = p_name;
$$;
-- As a worker does it, up to so many steps
create function tests.work(p_steps integer default 1000) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
	v_job record;
begin
	select * into v_job from public.claim_jobs('one', array['imports.run'], 1, 30);
	for v_step in 1 .. p_steps loop
		exit when not public.import_chunk(v_job.id, v_job.token);
	end loop;
end;
$$;
create function tests.inventory() returns setof text
language sql stable security definer
set search_path = ''
as $$
	select concat_ws('|', sku, name, coalesce(quantity::text, '-'), coalesce(price::text, '-'), coalesce(location, '-'))
	from public.inventory_items order by sku;
$$;
grant execute on all functions in schema tests to public;

select tests.act_as('ann');
insert into public.inventory_items (organization_id, sku, name, quantity, price, location) values
	(tests.place(), 'B', 'Bread', 5, 2.50, 'Shelf'), (tests.place(), 'Z', 'Zest', 1, 1, 'Top');
select tests.upload(
	'one.csv', array['sku', 'name', 'quantity', 'price'],
	'[[2, "A", "Apple", "1", "1.50"], [3, "B", "Baguette", "7", ""], [4, "A", "Again", "9", "9"], [6, "", "Nameless", "1", "1"]]',
	'[[7, "C", "Cheese", "1e3", "2"], [8, "B", "Bread again", "8", "8"], [9, "C", "Cheese", "3", "2"], [10, "D", "Date", "4"]]'
);
select results_eq(
	$$ select line, sku, known, reason, field from public.preview_import((select id from public.import_files), '{"sku": 0, "name": 1, "quantity": 2}', '.', 20) $$,
	$$ values (2, 'A', false, null, null), (3, 'B', true, null, null), (4, 'A', false, 'sku_twice', 'sku'), (6, null, false, 'sku_missing', 'sku'),
		(7, 'C', false, 'quantity_invalid', 'quantity'), (8, 'B', true, 'sku_twice', 'sku'), (9, 'C', false, null, null), (10, 'D', false, 'too_few_fields', null) $$,
	'a preview says what would be stored, and what is wrong'
);
select is(
	public.check_import((select id from public.import_files), '{"sku": 0, "name": 1, "quantity": 2}', '.', 0, 10),
	'{"lines": 8, "known": 1, "refused": {"sku_twice": 2, "sku_missing": 1, "quantity_invalid": 1, "too_few_fields": 1}, "next_chunk": null}',
	'a check counts it'
);
select is(
	public.check_import((select id from public.import_files), '{"sku": 0, "name": 1}', '.', 0, 1) ->> 'next_chunk', '1', 'and says where to go on'
);
select is(public.sample_import_lines((select id from public.import_files), 1), '[[2, "A", "Apple", "1", "1.50"]]', 'the first lines are there as they came');

select tests.start('one.csv', '{"sku": 0, "name": 1, "quantity": 2, "price": 3}', 'update');
select tests.stop_acting();
select tests.work(1);
select results_eq(
	$$ select job.status, job.lines_done, job.lines_added, job.lines_updated, job.lines_refused, job.next_chunk from tests.import_of('one.csv') as job $$,
	$$ values ('running', 4, 1, 1, 2, 1) $$, 'after a chunk its lines are there, and its figures'
);
-- A person changes what the import stored a moment ago
select tests.act_as('mia');
update public.inventory_items set name = 'My bread' where sku = 'B';
select tests.stop_acting();
update private.jobs set due_at = now() where kind = 'imports.run';
select tests.work();
select results_eq(
	$$ select job.status, job.lines_done, job.lines_added, job.lines_updated, job.lines_refused, job.finished_at is not null from tests.import_of('one.csv') as job $$,
	$$ values ('done', 8, 2, 1, 5, true) $$, 'then it is done'
);
select results_eq(
	'select tests.inventory()',
	$$ values ('A|Apple|1|1.50|-'), ('B|My bread|7|-|Shelf'), ('C|Cheese|3|2.00|-'), ('Z|Zest|1|1.00|Top') $$,
	'what is mapped is stored, also where it is empty; the rest, and what a person changed since, is left'
);
select is_empty('select from private.jobs where kind = ''imports.run''', 'and it has left the queue');
select tests.act_as('mia');
select results_eq(
	$$ select line, fields, reason, field from public.list_refused_lines((tests.import_of('one.csv')).id, 0, 100) $$,
	$$ values (4, array['A', 'Again', '9', '9'], 'sku_twice', 'sku'), (6, array['', 'Nameless', '1', '1'], 'sku_missing', 'sku'),
		(7, array['C', 'Cheese', '1e3', '2'], 'quantity_invalid', 'quantity'), (8, array['B', 'Bread again', '8', '8'], 'sku_twice', 'sku'),
		(10, array['D', 'Date', '4'], 'too_few_fields', null) $$,
	'each refused line is there as it was, with the reason'
);
select results_eq(
	$$ select line from public.list_refused_lines((tests.import_of('one.csv')).id, 6, 2) $$, 'values (7), (8)', 'page by page'
);

-- Told
select tests.stop_acting();
select set_eq(
	$$ select distinct user_id from private.events where topic = 'import' $$, $$ select tests.id_of(name) from unnest(array['ann', 'mia']) as name $$,
	'all members hear of it'
);
select is(
	(select data ->> 'lines_done' from private.events where topic = 'import' and data ->> 'status' = 'done' limit 1), '8', 'with its figures'
);
select results_eq(
	$$ select user_id, kind, data ->> 'title', data ->> 'refused' from public.notifications $$,
	$$ select tests.id_of('ann'), 'import.done', 'one.csv', '5' $$, 'and how it ended stands in the list of who started it'
);

-- Touched
select tests.act_as('ann');
select throws_ok(
	format('select public.undo_import(%L)', (tests.import_of('one.csv')).id), 'PT409', 'something else has touched 1 of its rows', 'what somebody has changed since is not undone'
);

-- The same again, and undone
select tests.upload(
	'two.csv', array['sku', 'name', 'quantity'], '[[2, "A", "Apple 2", "100"], [3, "B", "Bread 2", "200"], [4, "E", "Egg", "6"]]', '[[5, "Z", "", "1"], [6, "F", "Fig", ""]]'
);
select tests.stop_acting();
create table tests.before as select * from public.inventory_items;
select tests.act_as('ann');
select tests.start('two.csv', '{"sku": 0, "name": 1, "quantity": 2}', 'update');
select throws_ok(
	format('select public.undo_import(%L)', (tests.import_of('two.csv')).id), 'PT409', 'this import cannot be undone', 'nor what is not over'
);
select tests.stop_acting();
select tests.work();
select results_eq(
	'select tests.inventory()',
	$$ values ('A|Apple 2|100|1.50|-'), ('B|Bread 2|200|-|Shelf'), ('C|Cheese|3|2.00|-'), ('E|Egg|6|-|-'), ('F|Fig|-|-|-'), ('Z|Zest|1|1.00|Top') $$,
	'what is not mapped is left as it was'
);
select tests.act_as('mia');
select lives_ok(format('select public.undo_import(%L)', (tests.import_of('two.csv')).id), 'a member undoes the import of another one');
select is((tests.import_of('two.csv')).status, 'undoing', 'the worker does it');
select ok(not public.cancel_import((tests.import_of('two.csv')).id), 'and it is not cancelled');
select throws_ok(format('select public.undo_import(%L)', (tests.import_of('two.csv')).id), 'PT409', 'this import cannot be undone', 'nor begun twice');
select tests.stop_acting();
select tests.work();
select results_eq(
	$$ select job.status, job.lines_undone from tests.import_of('two.csv') as job $$, $$ values ('undone', 4) $$, 'then it is undone'
);
select results_eq(
	$$ select id, sku, name, quantity, price, location, category, note, import_id, created_at, updated_at from public.inventory_items order by sku $$,
	$$ select id, sku, name, quantity, price, location, category, note, import_id, created_at, updated_at from tests.before order by sku $$,
	'and everything is as it was'
);
select is_empty('select from private.import_changes where job_id = (tests.import_of(''two.csv'')).id', 'what it had kept is gone');

-- Skipped
select tests.act_as('ann');
select tests.start('two.csv', '{"sku": 0, "name": 1, "quantity": 2}', 'skip');
select tests.stop_acting();
select tests.work();
select results_eq(
	$$ select job.status, job.lines_added, job.lines_updated, job.lines_skipped, job.lines_refused from tests.import_of('two.csv') as job $$,
	$$ values ('done', 2, 0, 2, 1) $$, 'known skus are skipped when asked'
);

-- Cancelled, with an edit while it is undone
select tests.act_as('ann');
select tests.upload('three.csv', array['sku', 'name'], '[[2, "G", "Grape"], [3, "H", "Hazel"]]', '[[4, "I", "Ice"]]');
select tests.start('three.csv', '{"sku": 0, "name": 1}', 'update');
select tests.stop_acting();
create table tests.held as select id, token from public.claim_jobs('one', array['imports.run'], 1, 30);
grant select on tests.held to public;
select tests.act_as_service_role();
-- The first of two: behind the last chunk the end of the job asks again.
select throws_ok(
	'select public.import_chunk(id, token - 1) from tests.held', 'PT409', null, 'a worker that has lost the lease stores nothing'
);
select ok(public.import_chunk(id, token), 'a chunk of two is done') from tests.held;
select tests.stop_acting();
select tests.act_as('mia');
select ok(public.cancel_import((tests.import_of('three.csv')).id), 'a member cancels it');
select tests.stop_acting();
select throws_ok('select public.import_chunk(id, token) from tests.held', 'PT409', null, 'then the worker does no other');
select results_eq(
	$$ select job.status, job.lines_added, job.lines_done from tests.import_of('three.csv') as job $$, $$ values ('cancelled', 2, 2) $$, 'what is stored stays'
);
select tests.act_as('mia');
select public.undo_import((tests.import_of('three.csv')).id);
update public.inventory_items set quantity = 3 where sku = 'G';
select tests.stop_acting();
select tests.work();
select results_eq(
	$$ select job.status, job.lines_undone from tests.import_of('three.csv') as job $$, $$ values ('undone', 1) $$, 'an undo leaves what is changed meanwhile'
);
select results_eq($$ select sku, name, quantity from public.inventory_items where sku in ('G', 'H') $$, $$ values ('G' collate "C", 'Grape', 3) $$, 'as it was changed');

-- Nothing to undo
select tests.act_as('ann');
select tests.upload('none.csv', array['sku', 'name'], '[[2, "", "Nameless"]]');
select tests.start('none.csv', '{"sku": 0, "name": 1}', 'update');
select tests.stop_acting();
select tests.work();
select tests.act_as('ann');
select throws_ok(
	format('select public.undo_import(%L)', (tests.import_of('none.csv')).id), 'PT409', 'this import has stored nothing', 'an import that stored nothing is not undone'
);
select tests.stop_acting();

-- Given up, and sent again
select tests.act_as('ann');
select tests.start('three.csv', '{"sku": 0, "name": 1}', 'update');
select tests.stop_acting();
create table tests.again as select id, token from public.claim_jobs('one', array['imports.run'], 1, 30);
select public.fail_job(id, token, 'away', true) from tests.again;
select results_eq($$ select job.status, job.error_code from tests.import_of('three.csv') as job $$, $$ values ('failed', 'given_up') $$, 'what is given up has failed');
select ok(exists (select from public.notifications where kind = 'import.failed' and user_id = tests.id_of('ann')), 'and she is told');
update private.jobs set failed_at = null, due_at = now(), attempts = 0 where kind = 'imports.run';
select results_eq($$ select job.status, job.error_code from tests.import_of('three.csv') as job $$, $$ values ('scheduled', null::text) $$, 'what is sent again waits');
select tests.work();
select is((tests.import_of('three.csv')).status, 'done', 'and is done');

select * from finish();
rollback;
