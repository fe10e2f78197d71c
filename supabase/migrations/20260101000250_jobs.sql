-- Purpose: the queue. Work on behalf of people that takes longer than a page: a feature puts a job in, a
--   worker with the secret key takes it out, under a lease, and does it.
-- Depends on: foundation, registration.
-- To remove: remove every feature that enqueues first (models, studio, imports) and admin_jobs; then drop
--   the functions and tables below, with the trigger _420_jobs on public.users, and src/worker.
--
-- A row is here while there is something to do: a job that is done, or cancelled, is deleted. What people
-- see of it is in the feature's own table, which follows the queue by a trigger on private.jobs.
-- Jobs are done at least once: a worker that dies is followed by another one. What a task writes, it writes
-- through a function that asks private.require_lease() first, in the same transaction: so whoever lost the
-- lease writes nothing, and the effect is there exactly once.

create table private.jobs (
	id bigint generated always as identity primary key,
	kind text not null,
	-- The row of the feature's table that the job is about. No foreign key: which table depends on the kind.
	subject_id uuid not null,
	-- With the account goes what was to be done for it.
	owner_id uuid not null references auth.users (id) on delete cascade,
	-- When a worker may take it: a waiting job's time has come, a running job's lease has run out. One column
	-- for both, so that one index finds the next job and a dead worker's job is found the same way.
	due_at timestamptz not null default now(),
	attempts integer not null default 0,
	max_attempts integer not null default 5,
	-- The fence: counts up with every claim, and whoever comes with an older number is too late.
	token bigint not null default 0,
	worker text,
	-- Given up: nobody takes it until an admin sends it again.
	failed_at timestamptz,
	last_error text,
	-- Trying again would not have helped: then the error is a sentence for the person whose job it is.
	hopeless boolean not null default false,
	created_at timestamptz not null default now(),

	constraint jobs_kind_form check (kind ~ '^[a-z_]+\.[a-z_]+$'),
	constraint jobs_once unique (subject_id, kind),
	constraint jobs_last_error_length check (char_length(last_error) <= 1000),
	constraint jobs_failed_is_not_running check (failed_at is null or worker is null)
);

-- A kind that an admin has stopped for a while. Its jobs wait.
create table private.paused_kinds (
	kind text primary key,
	paused_at timestamptz not null default now()
);

comment on table private.jobs is 'What is to be done by workers: waiting, running under a lease, or given up.';

-- The next job of a kind.
create index jobs_due on private.jobs (kind, due_at) where failed_at is null;
-- The few that were tried often enough, to be looked for at every claim.
create index jobs_spent on private.jobs (due_at) where failed_at is null and attempts >= max_attempts;
-- The cascade of the foreign key.
create index jobs_owner_id on private.jobs (owner_id);

revoke all on table private.jobs, private.paused_kinds from public, anon, authenticated, service_role;
grant select, insert, update, delete on table private.jobs to service_role;
grant select on table private.paused_kinds to service_role;

create function private.job_state(p_job private.jobs) returns text
language plpgsql
stable parallel safe
set search_path = ''
as $$
begin
	return case
		when p_job.failed_at is not null then 'failed'
		when p_job.worker is not null then 'running'
		else 'waiting'
	end;
end;
$$;

-- What the person may read of an error; null when it is the installation's.
create function private.job_error(p_job private.jobs) returns text
language plpgsql
stable parallel safe
set search_path = ''
as $$
begin
	return case when p_job.hopeless then p_job.last_error end;
end;
$$;

-- For the triggers and functions of features, which run as the owner of the tables. Twice is once.
create function private.enqueue_job(p_kind text, p_subject_id uuid, p_owner_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
	insert into private.jobs (kind, subject_id, owner_id) values (p_kind, p_subject_id, p_owner_id)
	on conflict (subject_id, kind) do nothing;
end;
$$;

-- Also stops a running one: its worker misses it at the next heartbeat, and can write nothing more.
create function private.cancel_job(p_kind text, p_subject_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
	delete from private.jobs where kind = p_kind and subject_id = p_subject_id;
end;
$$;

-- With the row goes what was to be done for it. On the feature's table: private.forget_job('reports.write').
-- definer because the queue is nobody's to write.
create function private.forget_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.cancel_job(tg_argv[0], old.id);
	return null;
end;
$$;

-- Whoever takes several jobs takes them in their order, and whoever takes a job and its row takes the job first: so
-- nobody waits in a circle. A deletion that takes rows with it asks for their jobs here, before.
create function private.hold_jobs(p_kind text, p_subject_ids uuid[]) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform from private.jobs where kind = p_kind and subject_id = any (p_subject_ids) order by id for update;
end;
$$;

-- definer because whoever deletes an account may not write the queue.
create function private.hold_jobs_of() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform from private.jobs where owner_id = old.id order by id for update;
	return old;
end;
$$;

-- Which of these jobs are held with these tokens. They stay so until the transaction is over.
create function private.hold_leases(p_ids bigint[], p_tokens bigint[]) returns bigint[]
language plpgsql
set search_path = ''
as $$
begin
	return array(
		select job.id
		from private.jobs as job
		join unnest(p_ids, p_tokens) as held (id, token) on held.id = job.id and held.token = job.token
		where job.worker is not null
		order by job.id
		for no key update of job
	);
end;
$$;

-- Wakes the workers that listen, once a statement. Nothing is told but the kind.
create function private.wake_workers() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	perform pg_catalog.pg_notify('gatehouse_jobs', '');
	return null;
end;
$$;

-- Before every write of a task. The lock keeps the lease from going to another worker until the
-- transaction is over.
create function private.require_lease(p_job_id bigint, p_token bigint) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform from private.jobs
	where id = p_job_id and token = p_token and worker is not null
	for no key update;
	if not found then
		raise exception 'job % is not held with token %', p_job_id, p_token
			using errcode = 'PT409', hint = 'lease_lost';
	end if;
end;
$$;

-- The last write of a task, in the transaction with its result.
create function private.finish_job(p_job_id bigint, p_token bigint) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform private.require_lease(p_job_id, p_token);
	delete from private.jobs where id = p_job_id;
end;
$$;

-- The worker's side. Invoker: the service role may do all of this itself, and nobody else may call it.

-- Answers only to the service role: how a worker finds out at its start which key it was given.
create function public.is_service_role() returns boolean
language sql
stable
set search_path = ''
as $$
	select current_user = 'service_role';
$$;

-- Up to p_count jobs, the ones due longest first. A job whose workers died again and again is given up here:
-- whoever dies cannot say so.
create function public.claim_jobs(worker text, kinds text[], count integer, lease_seconds integer)
returns table (id bigint, kind text, subject_id uuid, token bigint, attempt integer)
language plpgsql
set search_path = ''
as $$
#variable_conflict use_column
declare
	v_kinds text[] := array(
		select wanted from unnest(kinds) as wanted
		where not exists (select from private.paused_kinds as paused where paused.kind = wanted)
	);
begin
	-- Arrays are made once, whatever the planner believes. It may believe that there is no job, as the queue is empty
	-- most of the time, and would ask a subquery anew for each of thousands.
	update private.jobs as job
	set failed_at = now(), worker = null, last_error = coalesce(job.last_error, 'The worker died.')
	where job.id = any (array(
		select dead.id from private.jobs as dead
		where dead.kind = any (v_kinds) and dead.failed_at is null and dead.due_at <= now()
			and dead.attempts >= dead.max_attempts
		for update skip locked
	));

	return query
	update private.jobs as job
	set worker = claim_jobs.worker,
		token = job.token + 1,
		attempts = job.attempts + 1,
		due_at = now() + make_interval(secs => lease_seconds)
	where job.id = any (array(
		select picked.id
		from unnest(v_kinds) as wanted (kind)
		cross join lateral (
			select job.id, job.due_at
			from private.jobs as job
			where job.kind = wanted.kind and job.failed_at is null and job.due_at <= now()
			order by job.due_at
			limit claim_jobs.count
			for update skip locked
		) as picked
		order by picked.due_at
		limit claim_jobs.count
	))
	returning job.id, job.kind, job.subject_id, job.token, job.attempts;
end;
$$;

-- The heartbeat: answers which of these jobs are still held, under a lease that begins anew.
create function public.extend_leases(ids bigint[], tokens bigint[], lease_seconds integer)
returns setof bigint
language plpgsql
set search_path = ''
as $$
declare
	v_held bigint[] := private.hold_leases(ids, tokens);
begin
	return query
	update private.jobs as job
	set due_at = now() + make_interval(secs => lease_seconds)
	where job.id = any (v_held)
	returning job.id;
end;
$$;

-- For tasks that store no result of their own.
create function public.finish_jobs(ids bigint[], tokens bigint[]) returns setof bigint
language plpgsql
set search_path = ''
as $$
declare
	v_held bigint[] := private.hold_leases(ids, tokens);
begin
	return query
	delete from private.jobs as job
	where job.id = any (v_held)
	returning job.id;
end;
$$;

-- Tried again after 2, 4, 8 … seconds, up to ten minutes, half of it by chance so that what failed together
-- does not come back together. After the last attempt, or when trying again is hopeless, it is given up.
create function public.fail_job(id bigint, token bigint, error text, hopeless boolean) returns boolean
language plpgsql
set search_path = ''
as $$
#variable_conflict use_column
begin
	update private.jobs as job
	set worker = null,
		last_error = left(fail_job.error, 1000),
		hopeless = fail_job.hopeless,
		failed_at = case when fail_job.hopeless or job.attempts >= job.max_attempts then now() end,
		due_at = now() + least(interval '10 minutes', interval '1 second' * power(2, least(job.attempts, 12)))
			* (0.5 + random() / 2)
	where job.id = fail_job.id and job.token = fail_job.token and job.worker is not null;
	return found;
end;
$$;

-- A worker that stops hands back what it has not finished, at once and without counting it as a try.
create function public.release_jobs(ids bigint[], tokens bigint[]) returns setof bigint
language plpgsql
set search_path = ''
as $$
declare
	v_held bigint[] := private.hold_leases(ids, tokens);
begin
	return query
	update private.jobs as job
	set worker = null, due_at = now(), attempts = job.attempts - 1
	where job.id = any (v_held)
	returning job.id;
end;
$$;

revoke execute on function
	private.job_state(private.jobs),
	private.job_error(private.jobs),
	private.enqueue_job(text, uuid, uuid),
	private.cancel_job(text, uuid),
	private.forget_job(),
	private.hold_jobs(text, uuid[]),
	private.hold_jobs_of(),
	private.hold_leases(bigint[], bigint[]),
	private.wake_workers(),
	private.require_lease(bigint, bigint),
	private.finish_job(bigint, bigint),
	public.is_service_role(),
	public.claim_jobs(text, text[], integer, integer),
	public.extend_leases(bigint[], bigint[], integer),
	public.finish_jobs(bigint[], bigint[]),
	public.fail_job(bigint, bigint, text, boolean),
	public.release_jobs(bigint[], bigint[])
	from public, anon, authenticated, service_role;
grant execute on function
	private.job_state(private.jobs),
	private.job_error(private.jobs),
	private.hold_leases(bigint[], bigint[]),
	private.require_lease(bigint, bigint),
	private.finish_job(bigint, bigint),
	public.is_service_role(),
	public.claim_jobs(text, text[], integer, integer),
	public.extend_leases(bigint[], bigint[], integer),
	public.finish_jobs(bigint[], bigint[]),
	public.fail_job(bigint, bigint, text, boolean),
	public.release_jobs(bigint[], bigint[])
	to service_role;

-- Before a feature gives jobs of the account to somebody else.
create trigger _420_jobs before delete on public.users
	for each row execute function private.hold_jobs_of();
create trigger _500_wake after insert on private.jobs
	for each statement execute function private.wake_workers();
create trigger _500_wake_again after update of due_at on private.jobs
	for each row when (new.worker is null and new.failed_at is null and new.due_at <= now())
	execute function private.wake_workers();
