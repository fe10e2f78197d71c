-- Datasets, models and trainings: everybody their own, always under their own name, and nobody writes what
-- is the worker's.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('held');
select tests.make_person('out');
select tests.make_admin('admin');

create table tests.things (whose text, dataset_id uuid default gen_random_uuid(), model_id uuid default gen_random_uuid(), training_id uuid default gen_random_uuid());
grant select on tests.things to public;
insert into tests.things (whose) values ('ann'), ('bob'), ('held'), ('out'), ('admin');
insert into public.datasets (id, user_id, name, content, columns, row_count)
select dataset_id, tests.id_of(whose), 'Data of ' || whose, E'a,b\n1,x\n', '[]', 1 from tests.things;
insert into public.ai_models (id, user_id, name, target, dataset_id)
select model_id, tests.id_of(whose), 'Model of ' || whose, 'b', dataset_id from tests.things;
insert into public.training_jobs (id, user_id, model_id)
select training_id, tests.id_of(whose), model_id from tests.things;

create table tests.valid_tokens as select whose, tests.claims_of(whose) as claims from tests.things;
grant select on tests.valid_tokens to public;
update public.users set suspended_at = now() where id = tests.id_of('held');
delete from auth.sessions where user_id = tests.id_of('out');

create function tests.of(p_whose text) returns tests.things
language sql stable
set search_path = ''
as $$ select * from tests.things where whose = p_whose; $$;
grant execute on function tests.of(text) to public;

-- Anonymous
select tests.act_as_anonymous();
select throws_ok(
	format(statement, name), '42501', tests.denied(name), format('anonymous: ' || statement, name)
)
from unnest(array['datasets', 'ai_models', 'training_jobs']) as name,
	unnest(array['select from public.%s', 'delete from public.%s', 'insert into public.%s default values']) as statement;
select throws_ok(
	'select public.stop_training(gen_random_uuid())', '42501', 'permission denied for function stop_training',
	'anonymous: stops nothing'
);
select tests.stop_acting();

-- Ann, with what is hers
select tests.act_as('ann');
select results_eq('select name from public.datasets', $$ values ('Data of ann') $$, 'owner: sees her datasets and no others');
select results_eq('select name from public.ai_models', $$ values ('Model of ann') $$, 'owner: her models');
select is(tests.touched('select * from public.training_jobs'), 1, 'owner: her trainings');
select lives_ok(
	$$ insert into public.datasets (name, content, columns, row_count) values ('More', E'a,b\n', '[]', 1) $$, 'owner: adds a dataset'
);
select lives_ok(
	$$ insert into public.ai_models (name, target, dataset_id) select 'Another', 'a', dataset_id from tests.of('ann') $$,
	'owner: makes a model'
);
select lives_ok(
	$$ insert into public.training_jobs (model_id, seed, epochs, note) select model_id, 7, 3, 'try' from tests.of('ann') $$,
	'owner: starts a training'
);
select results_eq(
	$$ select user_id, target, dataset_id, state, progress, epoch from public.training_jobs where note = 'try' $$,
	$$ select tests.id_of('ann'), 'b', dataset_id, 'waiting', 0::double precision, 0 from tests.of('ann') $$,
	'it is hers, has what its model is to learn, and waits'
);
select is(tests.touched($$ update public.ai_models set name = 'New', target = 'a' where name = 'Another' $$), 1, 'owner: changes a model');
select is(tests.touched($$ update public.training_jobs set note = 'better' $$), 2, 'owner: annotates her trainings');

-- … and with what is not
select throws_ok(
	$$ insert into public.training_jobs (model_id) select model_id from tests.of('bob') $$,
	'23503', null, 'owner: no training for another''s model'
);
select throws_ok(
	$$ insert into public.training_jobs (model_id) values (gen_random_uuid()) $$,
	'23503', null, 'owner: no training for no model'
);
select throws_ok(
	$$ with gone as (delete from public.ai_models where id = (tests.of('ann')).model_id returning id)
		insert into public.training_jobs (model_id) select id from gone $$,
	'42501', 'no live session', 'owner: nor for one that goes at the same moment, which the key still sees'
);
select throws_ok(
	$$ insert into public.ai_models (name, target, dataset_id) select 'x', 'b', dataset_id from tests.of('bob') $$,
	'23503', null, 'owner: no model of another''s dataset'
);
select throws_ok(
	$$ update public.ai_models set dataset_id = (tests.of('bob')).dataset_id $$,
	'23503', null, 'owner: nor is one given another''s dataset later'
);
select throws_ok(statement, '42501', tests.denied(name), 'owner: ' || statement)
from (values
	('datasets', $$ insert into public.datasets (user_id, name, content, columns, row_count) values (tests.id_of('bob'), 'x', 'x', '[]', 1) $$),
	('datasets', $$ update public.datasets set content = 'x' $$),
	('datasets', $$ update public.datasets set user_id = tests.id_of('bob') $$),
	('ai_models', $$ insert into public.ai_models (user_id, name, target) values (tests.id_of('bob'), 'x', 'b') $$),
	('ai_models', $$ update public.ai_models set user_id = tests.id_of('bob') $$),
	('training_jobs', $$ insert into public.training_jobs (user_id, model_id) select tests.id_of('bob'), model_id from tests.of('ann') $$),
	('training_jobs', $$ insert into public.training_jobs (model_id, state) select model_id, 'done' from tests.of('ann') $$),
	('training_jobs', $$ insert into public.training_jobs (model_id, target) select model_id, 'c' from tests.of('ann') $$),
	('training_jobs', $$ update public.training_jobs set user_id = tests.id_of('bob') $$),
	('training_jobs', $$ update public.training_jobs set model_id = (tests.of('bob')).model_id $$),
	('training_jobs', $$ update public.training_jobs set state = 'done' $$),
	('training_jobs', $$ update public.training_jobs set progress = 1 $$),
	('training_jobs', $$ update public.training_jobs set result = '{}' $$),
	('training_jobs', $$ update public.training_jobs set metrics = '[]' $$),
	('training_jobs', $$ update public.training_jobs set accuracy = 1 $$),
	('training_jobs', $$ update public.training_jobs set error = null $$)
) as t (name, statement);
select is(tests.touched($$ update public.ai_models set name = 'x' where id = (tests.of('bob')).model_id $$), 0, 'owner: another''s model stays');
select is(tests.touched($$ update public.training_jobs set note = 'x' where id = (tests.of('bob')).training_id $$), 0, 'owner: another''s training stays');
select is(tests.touched($$ delete from public.datasets where user_id <> private.user_id() $$), 0, 'owner: deletes no other datasets');
select is(tests.touched($$ delete from public.ai_models where user_id <> private.user_id() $$), 0, 'owner: no other models');
select is(tests.touched($$ delete from public.training_jobs where user_id <> private.user_id() $$), 0, 'owner: no other trainings');
select ok(not public.stop_training((tests.of('bob')).training_id), 'owner: stops no other training');
select throws_ok(
	statement, '42501', 'permission denied for function ' || name, 'owner: does not call ' || name
)
from (values
	('report_training', 'select public.report_training(1, 1, ''[]'')'),
	('finish_training', 'select public.finish_training(1, 1, ''{}'')'),
	('export__models', 'select private.export__models(private.user_id())')
) as t (name, statement);
select is(public.export_my_data() #>> '{models,datasets,0,content}', E'a,b\n1,x\n', 'owner: takes everything with her');
select is(jsonb_array_length(public.export_my_data() #> '{models,trainings}'), 2, 'owner: and nothing of others');
select tests.stop_acting();
select is((select state from public.training_jobs where id = (tests.of('bob')).training_id), 'waiting', 'Bob''s training waits on');

-- Admin: reads all, changes nothing
select tests.act_as('admin');
select is(tests.touched('select * from public.datasets'), 6, 'admin: sees all datasets');
select is(tests.touched('select * from public.ai_models'), 6, 'admin: all models');
select is(tests.touched('select * from public.training_jobs'), 6, 'admin: all trainings');
select is(tests.touched($$ update public.ai_models set name = 'x' where id = (tests.of('bob')).model_id $$), 0, 'admin: changes no other model');
select is(tests.touched($$ update public.training_jobs set note = 'x' where id = (tests.of('bob')).training_id $$), 0, 'admin: no other training');
select is(tests.touched($$ delete from public.ai_models where id = (tests.of('bob')).model_id $$), 0, 'admin: deletes no other model');
select is(tests.touched($$ delete from public.datasets where id = (tests.of('bob')).dataset_id $$), 0, 'admin: no other dataset');
select is(tests.touched($$ delete from public.training_jobs where id = (tests.of('bob')).training_id $$), 0, 'admin: no other training');
select throws_ok(
	$$ insert into public.training_jobs (model_id) select model_id from tests.of('bob') $$,
	'23503', null, 'admin: starts no training of a model that they only see'
);
select tests.stop_acting();

-- Suspended, or signed out, with a token that is still valid
select tests.act_with(claims) from tests.valid_tokens where whose = 'held';
select is(tests.touched('select * from public.training_jobs'), 0, 'suspended: sees no training');
select throws_ok(
	$$ insert into public.ai_models (name, target) values ('x', 'b') $$,
	'42501', tests.refused('ai_models', 'all_active'), 'suspended: makes no model'
);
select throws_ok(
	format('select public.stop_training(%L)', (tests.of('held')).training_id), '42501', 'no live session', 'suspended: stops nothing'
);
select tests.stop_acting();
select tests.act_with(claims) from tests.valid_tokens where whose = 'out';
select is(tests.touched('select * from public.datasets'), 0, 'signed out: sees no dataset');
select is(tests.touched('delete from public.ai_models'), 0, 'signed out: deletes no model');
select is(tests.touched($$ update public.training_jobs set note = 'x' $$), 0, 'signed out: changes no training');
select throws_ok(
	$$ insert into public.datasets (name, content, columns, row_count) values ('x', 'x', '[]', 1) $$,
	'42501', tests.refused('datasets', 'all_active'), 'signed out: adds no dataset'
);
select throws_ok(
	format('select public.stop_training(%L)', (tests.of('out')).training_id), '42501', 'no live session', 'signed out: stops nothing'
);
select tests.stop_acting();

-- The secret key cannot mix people up either
select tests.act_as_service_role();
select throws_ok(
	$$ insert into public.ai_models (user_id, name, target, dataset_id) select tests.id_of('ann'), 'x', 'b', dataset_id from tests.of('bob') $$,
	'23503', null, 'service role: no model of another''s dataset'
);
select throws_ok(
	$$ update public.training_jobs set model_id = (tests.of('bob')).model_id where id = (tests.of('ann')).training_id $$,
	'23503', null, 'service role: no training of another''s model'
);
select tests.stop_acting();

select * from finish();
rollback;
