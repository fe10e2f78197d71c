-- A training follows its job in the queue, and only the worker that holds the job writes into it. How much
-- one person may keep and start.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
create table tests.things (dataset_id uuid default gen_random_uuid(), model_id uuid default gen_random_uuid());
insert into tests.things default values;
grant select on tests.things to public;
insert into public.datasets (id, user_id, name, content, columns, row_count)
select dataset_id, tests.id_of('ann'), 'Data', E'a,b\n1,x\n', '[]', 1 from tests.things;
insert into public.ai_models (id, user_id, name, target, dataset_id)
select model_id, tests.id_of('ann'), 'Model', 'b', dataset_id from tests.things;

create function tests.start(p_note text) returns void
language sql
set search_path = ''
as $$ insert into public.training_jobs (model_id, epochs, note) select model_id, 3, p_note from tests.things; $$;
create function tests.training(p_note text) returns public.training_jobs
language sql stable security definer
set search_path = ''
as $$ select * from public.training_jobs where note = p_note; $$;
create function tests.job(p_note text) returns private.jobs
language sql stable security definer
set search_path = ''
as $$ select job.* from private.jobs as job where job.subject_id = (tests.training(p_note)).id; $$;
create function tests.points(p_from integer, p_to integer) returns jsonb
language sql immutable
set search_path = ''
as $$
	select jsonb_agg(jsonb_build_object('epoch', epoch, 'loss', 1.0 / epoch, 'validationAccuracy', 0.5) order by epoch)
	from generate_series(p_from, p_to) as epoch;
$$;
grant execute on all functions in schema tests to public;

-- Started
select tests.act_as('ann');
select tests.start('first');
select tests.stop_acting();
select is((tests.job('first')).kind, 'models.train', 'a training that is started is in the queue');
select is((tests.job('first')).owner_id, tests.id_of('ann'), 'in the name of who started it');

-- Taken by a worker
select tests.act_as_service_role();
select results_eq(
	$$ select subject_id from public.claim_jobs('one', array['models.train'], 1, 30) $$,
	$$ select (tests.training('first')).id $$, 'a worker takes it'
);
select is((tests.training('first')).state, 'running', 'then it is running');
select isnt((tests.training('first')).started_at, null, 'and says since when');
select public.report_training((tests.job('first')).id, 1, tests.points(1, 1));
select results_eq(
	$$ select t.epoch, t.progress, t.loss, t.accuracy, jsonb_array_length(t.metrics) from tests.training('first') as t $$,
	$$ values (1, 1 / 3::double precision, 1::double precision, 0.5::double precision, 1) $$,
	'what the worker reports can be seen'
);
select public.report_training((tests.job('first')).id, 1, tests.points(1, 2));
select is(
	(tests.training('first')).metrics, tests.points(1, 1) || tests.points(2, 2),
	'a point that is reported again is there once'
);
select throws_ok(
	format('select public.report_training(%s, 1, tests.points(3, 4))', (tests.job('first')).id), '23514', null,
	'no more epochs than were asked for'
);

-- Its lease goes to another worker
update private.jobs set due_at = now() where id = (tests.job('first')).id;
select public.claim_jobs('two', array['models.train'], 1, 30);
select throws_ok(
	format('select public.report_training(%s, 1, tests.points(3, 3))', (tests.job('first')).id), 'PT409', null,
	'a worker that lost the lease reports nothing'
);
select throws_ok(
	format('select public.finish_training(%s, 1, ''{"old": true}'')', (tests.job('first')).id), 'PT409', null,
	'and finishes nothing'
);
select public.report_training((tests.job('first')).id, 2, tests.points(1, 1));
select is((tests.training('first')).epoch, 2, 'the other one begins anew, and what was seen stays');

-- Handed back, given up, sent again
select public.release_jobs(array[(tests.job('first')).id], array[2]);
select is((tests.training('first')).state, 'waiting', 'what is handed back waits');
select public.claim_jobs('three', array['models.train'], 1, 30);
select public.fail_job((tests.job('first')).id, 3, 'The file has one column.', true);
select results_eq(
	$$ select t.state, t.error, t.finished_at is not null from tests.training('first') as t $$,
	$$ values ('failed', 'The file has one column.', true) $$, 'what is given up has failed, and says why'
);
update private.jobs set failed_at = null, due_at = now(), attempts = 0 where id = (tests.job('first')).id;
select results_eq(
	$$ select t.state, t.error, t.finished_at from tests.training('first') as t $$,
	$$ values ('waiting', null::text, null::timestamptz) $$, 'what is sent again waits, and has not failed'
);
select public.claim_jobs('four', array['models.train'], 1, 30);
select public.fail_job((tests.job('first')).id, 4, 'The network was away.', false);
select results_eq(
	$$ select t.state, t.error from tests.training('first') as t $$, $$ values ('waiting', null::text) $$,
	'what is tried again has not failed'
);

-- Done
update private.jobs set due_at = now() where id = (tests.job('first')).id;
select public.claim_jobs('five', array['models.train'], 1, 30);
select public.finish_training((tests.job('first')).id, 5, '{"learned": true}');
select results_eq(
	$$ select t.state, t.progress, t.result, t.finished_at is not null from tests.training('first') as t $$,
	$$ values ('done', 1::double precision, '{"learned": true}'::jsonb, true) $$, 'what is finished is done, with its result'
);
select is((tests.job('first')).id, null, 'and has left the queue');
select tests.stop_acting();

-- Told
select results_eq(
	$$ select data ->> 'state', (data ->> 'epoch')::integer, jsonb_array_length(data -> 'points')
		from private.events where topic = 'training' and user_id = tests.id_of('ann') order by id limit 4 $$,
	$$ values ('running', 0, 0), ('running', 1, 1), ('running', 2, 1), ('waiting', 2, 0) $$,
	'open pages hear of each change, and of new points once'
);
select results_eq(
	$$ select kind, data ->> 'title' from public.notifications where user_id = tests.id_of('ann') order by kind $$,
	$$ values ('training.done', 'Model'), ('training.failed', 'Model') $$,
	'how it ended stands in her list, and that it is tried again does not'
);

-- Stopped
select tests.act_as('ann');
select ok(not public.stop_training((tests.training('first')).id), 'what is done cannot be stopped');
select is((tests.training('first')).state, 'done', 'and stays done');
select tests.start('second');
select ok(public.stop_training((tests.training('second')).id), 'what waits can be stopped');
select is((tests.training('second')).state, 'cancelled', 'then it is cancelled');
select is((tests.job('second')).id, null, 'and has left the queue');
select ok(not public.stop_training((tests.training('second')).id), 'twice is once');
select tests.start('third');
select tests.stop_acting();
create table tests.held as select id, token from public.claim_jobs('one', array['models.train'], 1, 30);
grant select on tests.held to public;
select tests.act_as('ann');
select ok(public.stop_training((tests.training('third')).id), 'what is running can be stopped');
select tests.stop_acting();
select tests.act_as_service_role();
select throws_ok(
	'select public.finish_training(id, token, ''{}'') from tests.held', 'PT409', null, 'then its worker finishes nothing'
);
select is((tests.training('third')).state, 'cancelled', 'and it stays stopped');
select tests.stop_acting();

-- Deleted
select tests.act_as('ann');
select tests.start('fourth');
create temporary table job_of_fourth on commit drop as select (tests.job('fourth')).id;
delete from public.training_jobs where note = 'fourth';
select tests.stop_acting();
select is_empty('select from private.jobs where id = (select id from job_of_fourth)', 'what is deleted leaves the queue');

-- How many
select tests.act_as('ann');
select tests.start('open ' || number) from generate_series(1, 5) as number;
select throws_ok('select tests.start(''one more'')', 'PT409', 'too many trainings at once', 'five trainings are open, and no more');
select public.stop_training((tests.training('open 1')).id);
select lives_ok('select tests.start(''in its place'')', 'one that is over makes room');
select throws_ok(
	$$ insert into public.datasets (name, content, columns, row_count) values ('Big', repeat('x', 8000001), '[]', 1) $$,
	'23514', null, 'a dataset has a largest size'
);
select lives_ok(
	$$ insert into public.datasets (name, content, columns, row_count) select 'Big', repeat('x', 7999990), '[]', 1 from generate_series(1, 3) $$,
	'datasets are kept up to a size'
);
select throws_ok(
	$$ insert into public.datasets (name, content, columns, row_count) select 'Big', repeat('x', 8000000), '[]', 1 $$,
	'PT409', 'no room for another dataset', 'and not beyond it, together'
);
select lives_ok(
	$$ insert into public.datasets (name, content, columns, row_count) select 'Small', 'x', '[]', 1 from generate_series(1, 16) $$,
	'twenty datasets are kept'
);
select throws_ok(
	$$ insert into public.datasets (name, content, columns, row_count) values ('Small', 'x', '[]', 1) $$,
	'PT409', 'no room for another dataset', 'and no more'
);

-- Without a dataset
delete from public.datasets;
select is((select dataset_id from public.ai_models), null, 'a dataset that is deleted leaves the model');
select is((tests.training('first')).result, '{"learned": true}', 'and what it learned');
select throws_ok('select tests.start(''of nothing'')', 'PT409', 'the model has no dataset', 'but nothing can be learned without one');
delete from public.ai_models;
select tests.stop_acting();
select is_empty('select from public.training_jobs', 'with a model go its trainings');
select is_empty('select from private.jobs where kind = ''models.train''', 'and what was to be done for them');

-- How much there may be of it, whatever state it is in
insert into public.datasets (id, user_id, name, content, columns, row_count)
select dataset_id, tests.id_of('ann'), 'Data', E'a,b\n1,x\n', '[]', 1 from tests.things;
insert into public.ai_models (id, user_id, name, target, dataset_id)
select model_id, tests.id_of('ann'), 'Model', 'b', dataset_id from tests.things;
insert into public.training_jobs (user_id, model_id, state)
select tests.id_of('ann'), model_id, 'cancelled' from tests.things, generate_series(1, 100);
update public.training_jobs set state = 'cancelled';
insert into public.ai_models (user_id, name, target)
select tests.id_of('ann'), 'One of many', 'b' from generate_series(2, 100);
select tests.act_as('ann');
select throws_ok('select tests.start(''one more'')', 'PT409', 'no room for another training', 'a model keeps a hundred trainings, and no more');
select throws_ok($$ insert into public.ai_models (name, target) values ('One more', 'b') $$, 'PT409', 'no room for another model', 'somebody keeps a hundred models, and no more');
select tests.stop_acting();

select * from finish();
rollback;
