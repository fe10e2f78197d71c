-- What admins see of the queue, and do about it.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_admin('boss');
select tests.make_admin('second');
select tests.make_person('ann');
insert into private.jobs (kind, subject_id, owner_id, worker, failed_at, last_error, attempts, due_at)
select kind, gen_random_uuid(), tests.id_of('ann'), worker, failed_at, error, 5, now() - interval '1 minute'
from (values
	('tests.work', null, null::timestamptz, null), ('tests.work', 'w', null, null),
	('tests.work', null, now(), '42501: no'), ('tests.other', null, null, null)
) as job (kind, worker, failed_at, error);
create table tests.failed as select id from private.jobs where failed_at is not null;
create table tests.waiting as select min(id) as id from private.jobs where worker is null and failed_at is null;
grant select on tests.failed, tests.waiting to public;

create function tests.no_jobs_for(p_who text) returns setof text language sql set search_path = public, extensions as $$
	select throws_ok(statement, '42501', null, p_who || ': ' || what)
	from (values
		('select public.admin_count_jobs()', 'counts no jobs'),
		('select public.admin_list_jobs()', 'lists none'),
		(format('select public.admin_retry_job(%s)', (select id from tests.failed)), 'sends none again'),
		('select public.admin_pause_kind(''tests.work'', true)', 'stops no kind')
	) as t (statement, what);
$$;
grant execute on function tests.no_jobs_for(text) to public;

select tests.act_as_anonymous();
select tests.no_jobs_for('anonymous');
select tests.stop_acting();
select tests.act_as('ann');
select tests.no_jobs_for('a user, whose jobs they are');
select tests.stop_acting();
select tests.act_as_service_role();
select tests.no_jobs_for('the service role');
select tests.stop_acting();

select tests.act_as('boss');
select is(
	(
		select jsonb_agg(line - 'paused_at')
		from jsonb_array_elements(public.admin_count_jobs()) as line where line ->> 'kind' like 'tests.%'
	),
	'[{"kind": "tests.other", "waiting": 1, "running": 0, "failed": 0},
		{"kind": "tests.work", "waiting": 1, "running": 1, "failed": 1}]'::jsonb,
	'an admin counts them by kind and state'
);
select is(
	jsonb_path_query_array(public.admin_list_jobs('failed'), '$.rows[*].last_error'), '["42501: no"]', 'reads why one was given up'
);
select is(
	public.admin_list_jobs('failed') #>> '{rows,0,owner_email}', 'ann@tests.example', 'and whose it is'
);
select is(
	jsonb_array_length(public.admin_list_jobs('waiting', 1) -> 'rows'), 1, 'a page has its size'
);
select is(public.admin_list_jobs('waiting', 1) -> 'next', '1', 'and says where the next one begins');
select is(public.admin_list_jobs('waiting', 1, 1) ->> 'next', null, 'the last says that there is none');

select lives_ok(format('select public.admin_retry_job(%s)', (select id from tests.failed)), 'sends it again');
select is(public.admin_list_jobs('failed') -> 'rows', '[]', 'then it is given up no more');
select throws_ok(
	format('select public.admin_retry_job(%s)', (select id from tests.failed)), 'PT404', null, 'once'
);
select throws_ok(
	format('select public.admin_retry_job(%s)', (select id from tests.waiting)), 'PT404', null,
	'and what waits anyway not at all'
);

select lives_ok('select public.admin_pause_kind(''tests.work'', true)', 'stops a kind');
select lives_ok('select public.admin_pause_kind(''tests.work'', true)', 'twice');
select tests.stop_acting();
select tests.act_as_service_role();
select is(
	(select count(*) from public.claim_jobs('w', array['tests.work', 'tests.other'], 10, 60) where kind = 'tests.work'), 0::bigint,
	'workers leave it alone'
);
select tests.stop_acting();
select tests.act_as('boss');
select lives_ok('select public.admin_pause_kind(''tests.work'', false)', 'lets it go on');
select throws_ok('select public.admin_pause_kind(''; drop'', true)', '22023', null, 'a kind is a name');
select throws_ok('select public.admin_pause_kind(null, true)', '22023', null, 'not nothing');
select tests.stop_acting();
select tests.act_as_service_role();
select cmp_ok(
	(select count(*) from public.claim_jobs('w', array['tests.work'], 10, 60)), '>=', 1::bigint, 'and workers take it again'
);
select tests.stop_acting();

select results_eq(
	$$ select act, subject_email, coalesce(before ->> 'error', after ->> 'kind') from public.audit_log
		where actor_id = tests.id_of('boss') order by id $$,
	$$ values ('job_retried', 'ann@tests.example', '42501: no'), ('kind_paused', null, 'tests.work'), ('kind_resumed', null, 'tests.work') $$,
	'each act stands in the log, once'
);

select * from finish();
rollback;
