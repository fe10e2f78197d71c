-- The queue: each job to one worker at a time, a fence against the late, tries that end, and nobody but the
-- service role has a hand in it.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_admin('admin');
create table tests.subjects as select n, gen_random_uuid() as id from generate_series(1, 4) as n;
grant select on tests.subjects to public;
create table tests.claimed (n integer, id bigint, token bigint, attempt integer);
grant all on tests.claimed to public;
create function tests.add_job(p_n integer) returns void language sql security definer set search_path = '' as $$
	select private.enqueue_job('tests.work', id, tests.id_of('ann')) from tests.subjects where n = p_n;
$$;
create function tests.claim(p_count integer, p_lease integer default 60) returns bigint language sql set search_path = '' as $$
	with claimed as (
		insert into tests.claimed (n, id, token, attempt)
		select subject.n, job.id, job.token, job.attempt
		from public.claim_jobs('w', array['tests.work', 'tests.other'], p_count, p_lease) as job
		join tests.subjects as subject on subject.id = job.subject_id
		returning 1
	)
	select count(*) from claimed;
$$;
grant execute on function tests.claim(integer, integer) to public;

-- Who may not
select tests.add_job(1);
select tests.act_as_anonymous();
select throws_ok(call, '42501', null, 'anonymous: no ' || call)
from unnest(array[
	'select * from private.jobs', 'select public.is_service_role()',
	'select public.claim_jobs(''w'', array[''tests.work''], 1, 60)',
	'select public.extend_leases(array[1], array[1], 60)', 'select public.finish_jobs(array[1], array[1])',
	'select public.fail_job(1, 1, ''x'', false)', 'select public.release_jobs(array[1], array[1])'
]) as call;
select tests.stop_acting();
select tests.act_as('admin');
select throws_ok(call, '42501', null, 'an admin: no ' || call)
from unnest(array[
	'select * from private.jobs', 'update private.jobs set due_at = now()', 'delete from private.jobs',
	'select * from private.paused_kinds', 'select public.is_service_role()',
	'select public.claim_jobs(''w'', array[''tests.work''], 1, 60)',
	'select public.extend_leases(array[1], array[1], 60)', 'select public.finish_jobs(array[1], array[1])',
	'select public.fail_job(1, 1, ''x'', false)', 'select public.release_jobs(array[1], array[1])',
	'select private.enqueue_job(''tests.work'', gen_random_uuid(), private.user_id())',
	'select private.cancel_job(''tests.work'', gen_random_uuid())',
	'select private.require_lease(1, 1)', 'select private.finish_job(1, 1)'
]) as call;
select tests.stop_acting();

-- A claim
select tests.act_as_service_role();
select ok(public.is_service_role(), 'the service role learns that it is one');
select is(tests.claim(10), 1::bigint, 'what waits is claimed');
select is(tests.claim(10), 0::bigint, 'what is held is claimed by nobody else');
select is((select count(*) from public.extend_leases(array[id], array[token], 60)), 1::bigint, 'the holder extends the lease')
from tests.claimed;
select is((select count(*) from public.extend_leases(array[id], array[token - 1], 60)), 0::bigint, 'an older token does not')
from tests.claimed;
select lives_ok(format('select private.require_lease(%s, %s)', id, token), 'the holder may write') from tests.claimed;
select throws_ok(
	format('select private.require_lease(%s, %s)', id, token - 1), 'PT409', null, 'an older token may not'
) from tests.claimed;
select tests.stop_acting();

-- A worker that died: its lease runs out, and the job goes to the next one
update private.jobs set due_at = now() - interval '1 second';
select tests.act_as_service_role();
select is(tests.claim(10), 1::bigint, 'a job whose lease ran out is claimed again');
select is((select max(token) - min(token) from tests.claimed), 1::bigint, 'with a newer token');
select is(
	(select count(*) from public.finish_jobs(array[id], array[token])), 0::bigint, 'whoever lost it cannot finish it'
) from tests.claimed where attempt = 1;
select ok(not public.fail_job(id, token, 'late', true), 'nor fail it') from tests.claimed where attempt = 1;
select is(
	(select count(*) from public.release_jobs(array[id], array[token])), 0::bigint, 'nor hand it back'
) from tests.claimed where attempt = 1;
select throws_ok(
	format('select private.finish_job(%s, %s)', id, token), 'PT409', null, 'nor end it with a result'
) from tests.claimed where attempt = 1;
select lives_ok(format('select private.finish_job(%s, %s)', id, token), 'the holder ends it') from tests.claimed where attempt = 2;
select is((select count(*) from private.jobs), 0::bigint, 'and it is gone');
select tests.stop_acting();

-- Trying again
select tests.add_job(2);
select tests.add_job(2);
select is((select count(*) from private.jobs), 1::bigint, 'put in twice, it is there once');
truncate tests.claimed;
select tests.act_as_service_role();
select tests.claim(1);
select ok(public.fail_job(id, token, 'not now', false), 'a try fails') from tests.claimed;
select is(tests.claim(1), 0::bigint, 'it is not tried at once');
select ok(
	due_at between now() + interval '1 second' and now() + interval '2 seconds', 'but after a moment'
) from private.jobs;
select is(last_error, 'not now', 'the reason is kept') from private.jobs;
select is(private.job_error(job), null, 'and is not for the person') from private.jobs as job;
select is(private.job_state(job), 'waiting', 'it waits') from private.jobs as job;
update private.jobs set due_at = now(), attempts = 4;
truncate tests.claimed;
select is(tests.claim(1), 1::bigint, 'its last try');
select ok(public.fail_job(id, token, 'not ever', false), 'fails too') from tests.claimed;
select is(private.job_state(job), 'failed', 'then it is given up') from private.jobs as job;
update private.jobs set due_at = now() - interval '1 day';
select is(tests.claim(1), 0::bigint, 'and nobody takes it');
delete from private.jobs where failed_at is not null;
select tests.stop_acting();

select tests.add_job(3);
truncate tests.claimed;
select tests.act_as_service_role();
select tests.claim(1);
select ok(public.fail_job(id, token, repeat('é', 2000), true), 'what is hopeless') from tests.claimed;
select is(private.job_state(job), 'failed', 'is given up at once') from private.jobs as job;
select is(char_length(private.job_error(job)), 1000, 'and its reason is for the person') from private.jobs as job;
select is(char_length(last_error), 1000, 'a reason is cut to what can be kept') from private.jobs;
delete from private.jobs where failed_at is not null;
select tests.stop_acting();

-- Workers that die and die
select tests.add_job(3);
update private.jobs set attempts = 5, worker = 'dead', due_at = now() - interval '1 second';
select tests.act_as_service_role();
select is(tests.claim(1), 0::bigint, 'a job that kills its workers is not claimed for ever');
select is(last_error, 'The worker died.', 'and says why') from private.jobs where failed_at is not null;
delete from private.jobs where failed_at is not null;
select tests.stop_acting();

-- Handed back
select tests.add_job(3);
truncate tests.claimed;
select tests.act_as_service_role();
select tests.claim(1);
select is((select count(*) from public.release_jobs(array[id], array[token])), 1::bigint, 'a worker that stops hands back')
from tests.claimed;
select is(attempts, 0, 'which does not count as a try') from private.jobs;
select is(tests.claim(1), 1::bigint, 'and the next one takes it at once');
select tests.stop_acting();

-- Cancelled while it runs
select private.cancel_job('tests.work', (select id from tests.subjects where n = 3));
select tests.act_as_service_role();
select is(
	(select count(*) from public.extend_leases(array_agg(id), array_agg(token), 60)), 0::bigint,
	'a cancelled job is missed at the heartbeat'
) from tests.claimed;
select tests.stop_acting();

-- Paused, and gone
select tests.add_job(4);
insert into private.paused_kinds (kind) values ('tests.work');
select tests.act_as_service_role();
select is(tests.claim(1), 0::bigint, 'a paused kind waits');
select throws_ok('delete from private.paused_kinds', '42501', null, 'a worker cannot resume it');
select tests.stop_acting();
delete from private.paused_kinds where kind = 'tests.work';
delete from auth.users where id = tests.id_of('ann');
select is((select count(*) from private.jobs), 0::bigint, 'with the account go its jobs');

select throws_ok(
	format($$ insert into private.jobs (kind, subject_id, owner_id) values ('x; drop', gen_random_uuid(), %L) $$, tests.id_of('admin')),
	'23514', null, 'a kind is a name'
);

-- Whom a notice reaches, only a listener hears: tests/db/worker.test.ts. That it is sent stands here.
select has_trigger('private', 'jobs', name, 'workers are woken: ' || name) from unnest(array['_500_wake', '_500_wake_again']) as name;

select * from finish();
rollback;
