-- Purpose: what admins see of the queue and do about it: what waits, runs and was given up, and why; send a
--   job again; stop a kind for a while.
-- Depends on: jobs, admin.
-- To remove: drop the functions below, in public and in private, and src/routes/(admin)/admin/jobs.

-- Every kind that is in the queue or stopped, with its figures.
-- definer because the queue is nobody's to read over the API.
create function private.admin_count_jobs() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	perform private.require_admin();
	return (
		select coalesce(jsonb_agg(jsonb_build_object(
			'kind', kind,
			'waiting', coalesce(counted.waiting, 0),
			'running', coalesce(counted.running, 0),
			'failed', coalesce(counted.failed, 0),
			'paused_at', paused.paused_at
		) order by kind), '[]')
		from (
			select job.kind,
				count(*) filter (where job.worker is null and job.failed_at is null) as waiting,
				count(*) filter (where job.worker is not null) as running,
				count(*) filter (where job.failed_at is not null) as failed
			from private.jobs as job
			group by job.kind
		) as counted
		full join private.paused_kinds as paused using (kind)
	);
end;
$$;

-- A page of the jobs of one state: what waits and runs in the order in which its turn comes, what was given
-- up with the newest first.
-- definer because of the same, and because addresses stand in auth.users.
create function private.admin_list_jobs(p_state text, p_page_size integer, p_offset integer) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
	v_size integer := least(greatest(coalesce(p_page_size, 25), 1), 100);
	v_offset integer := least(greatest(coalesce(p_offset, 0), 0), 10000);
	v_rows jsonb;
begin
	perform private.require_admin();
	select coalesce(jsonb_agg(page.row), '[]') into v_rows
	from (
		select jsonb_build_object(
			'id', job.id,
			'kind', job.kind,
			'subject_id', job.subject_id,
			'owner_id', job.owner_id,
			'owner_email', account.email,
			'attempts', job.attempts,
			'max_attempts', job.max_attempts,
			'due_at', job.due_at,
			'failed_at', job.failed_at,
			'last_error', job.last_error,
			'created_at', job.created_at
		) as row
		from private.jobs as job
		join auth.users as account on account.id = job.owner_id
		where case p_state
			when 'failed' then job.failed_at is not null
			when 'running' then job.worker is not null
			else job.worker is null and job.failed_at is null
		end
		order by job.failed_at desc, job.due_at, job.id
		limit v_size + 1 offset v_offset
	) as page;
	return jsonb_build_object(
		'rows', case when jsonb_array_length(v_rows) > v_size then v_rows - v_size else v_rows end,
		'next', case when jsonb_array_length(v_rows) > v_size then v_offset + v_size end
	);
end;
$$;

-- From the beginning, as if it had never been tried.
-- definer because the queue is nobody's to write over the API.
create function private.admin_retry_job(p_job_id bigint) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_job private.jobs;
begin
	perform private.require_admin();
	select * into v_job from private.jobs where id = p_job_id and failed_at is not null for update;
	perform private.require_admin();
	if v_job.id is null then
		raise exception 'job % was not given up', p_job_id using errcode = 'PT404', hint = 'no_failed_job';
	end if;
	update private.jobs
	set failed_at = null, hopeless = false, attempts = 0, due_at = now()
	where id = p_job_id;
	perform private.audit(
		'job_retried', v_job.owner_id, (select email from auth.users where id = v_job.owner_id),
		jsonb_build_object('kind', v_job.kind, 'error', v_job.last_error), null
	);
end;
$$;

-- What runs ends; what waits waits on.
-- definer because of the same.
create function private.admin_pause_kind(p_kind text, p_paused boolean) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_admin();
	if p_kind is null or p_kind !~ '^[a-z_]{1,40}\.[a-z_]{1,40}$' then
		raise exception 'not a kind of job' using errcode = 'invalid_parameter_value';
	end if;
	if p_paused then
		insert into private.paused_kinds (kind) values (p_kind) on conflict (kind) do nothing;
	else
		delete from private.paused_kinds where kind = p_kind;
	end if;
	-- What is so already is no act.
	if found then
		perform private.audit(
			case when p_paused then 'kind_paused' else 'kind_resumed' end, null, null,
			null, jsonb_build_object('kind', p_kind)
		);
		perform pg_catalog.pg_notify('gatehouse_jobs', '');
	end if;
end;
$$;

-- The API's faces of them. Invoker, so that no definer function can be called over the API.
create function public.admin_count_jobs() returns jsonb
language sql stable
set search_path = ''
as $$ select private.admin_count_jobs(); $$;

create function public.admin_list_jobs(
	state text default 'failed', page_size integer default 25, "offset" integer default 0
) returns jsonb
language sql stable
set search_path = ''
as $$ select private.admin_list_jobs($1, $2, $3); $$;

create function public.admin_retry_job(job_id bigint) returns void
language sql
set search_path = ''
as $$ select private.admin_retry_job($1); $$;

create function public.admin_pause_kind(kind text, paused boolean) returns void
language sql
set search_path = ''
as $$ select private.admin_pause_kind($1, $2); $$;

revoke execute on function
	private.admin_count_jobs(), public.admin_count_jobs(),
	private.admin_list_jobs(text, integer, integer), public.admin_list_jobs(text, integer, integer),
	private.admin_retry_job(bigint), public.admin_retry_job(bigint),
	private.admin_pause_kind(text, boolean), public.admin_pause_kind(text, boolean)
	from public, anon, authenticated, service_role;
grant execute on function
	private.admin_count_jobs(), public.admin_count_jobs(),
	private.admin_list_jobs(text, integer, integer), public.admin_list_jobs(text, integer, integer),
	private.admin_retry_job(bigint), public.admin_retry_job(bigint),
	private.admin_pause_kind(text, boolean), public.admin_pause_kind(text, boolean)
	to authenticated;
