-- scheduled_jobs_table: makes public.scheduled_jobs in a Supabase project that lacks it:
--
--   relation "public.scheduled_jobs" does not exist                              42P01
--   Could not find the table 'public.scheduled_jobs' in the schema cache         PGRST205
--
-- Members of an organization start jobs in it and see how they go. The author is who asks, whatever the app
-- says, so that no policy has to compare it (new row violates row-level security policy, 42501).
--
-- How to use it: paste the whole file into the SQL editor of the project, run it, and read the table that
-- it answers. It is one transaction: all of it happens or nothing. Running it again does no harm. It needs
-- nothing of Gatehouse, and no right that the SQL editor does not have.
--
-- What it expects: the table public.profiles (id, organization_id): which organization a person belongs to.
-- What it makes: the table, two indexes, its policies, grants and trigger, and two functions in the schema
--   private. Where there is a table of this name already, it changes nothing: fix_scheduled_jobs_rls.sql mends
--   one that refuses.

begin;

-- Nothing below depends on what the names of this project happen to resolve to.
set local search_path = '';
set local lock_timeout = '10s';

drop table if exists pg_temp.jobs_table_report;
create temporary table jobs_table_report (
	step integer generated always as identity,
	what text,
	before text,
	after text
);

create or replace function pg_temp.report(p_what text, p_before text, p_after text) returns void
language plpgsql
as $$
begin
	insert into pg_temp.jobs_table_report (what, before, after) values (p_what, p_before, p_after);
	raise notice '% | before: % | after: %', p_what, p_before, p_after;
end;
$$;

do $$
declare
	-- An organization's id is what the profiles say it is, and refers to what theirs refers to.
	v_type text;
	v_reference text;
	v_member text;
begin
	if to_regprocedure('private.session_state()') is not null then
		raise exception 'This database has Gatehouse''s own schema, which has this table. Nothing was changed.';
	end if;
	select pg_catalog.format_type(a.atttypid, null) into v_type
	from pg_catalog.pg_attribute as a
	where a.attrelid = to_regclass('public.profiles') and a.attname = 'organization_id' and not a.attisdropped;
	if not found then
		raise exception 'There is no table public.profiles with a column organization_id. Nothing was changed.';
	end if;
	if to_regclass('public.scheduled_jobs') is not null then
		perform pg_temp.report('table public.scheduled_jobs', 'there', 'left as it is: fix_scheduled_jobs_rls.sql mends its policies');
		return;
	end if;

	select format(' references %s (%I) on delete cascade', c.confrelid::regclass, a.attname) into v_reference
	from pg_catalog.pg_constraint as c
	join pg_catalog.pg_attribute as mine on mine.attrelid = c.conrelid and mine.attnum = c.conkey[1]
	join pg_catalog.pg_attribute as a on a.attrelid = c.confrelid and a.attnum = c.confkey[1]
	where c.conrelid = 'public.profiles'::regclass and c.contype = 'f' and mine.attname = 'organization_id';

	execute format(
		$f$
		create table public.scheduled_jobs (
			id uuid primary key default gen_random_uuid(),
			organization_id %s not null%s,
			-- Null when the account is gone: what it started is the organization's.
			created_by uuid default auth.uid() references auth.users (id) on delete set null,
			job_type text not null,
			status text not null default 'pending',
			payload jsonb not null default '{}',
			progress integer not null default 0,
			result jsonb,
			error text,
			scheduled_for timestamptz not null default now(),
			created_at timestamptz not null default now(),
			started_at timestamptz,
			completed_at timestamptz,

			constraint scheduled_jobs_status_known check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
			constraint scheduled_jobs_progress_range check (progress between 0 and 100)
		)
		$f$, v_type, coalesce(v_reference, '')
	);
	comment on table public.scheduled_jobs is 'Made by scheduled_jobs_table. What runs in the background for an organization.';
	create index scheduled_jobs_organization_id on public.scheduled_jobs (organization_id, created_at desc);
	create index scheduled_jobs_created_by on public.scheduled_jobs (created_by);
	perform pg_temp.report('table public.scheduled_jobs', 'missing', 'made');

	-- From here on as fix_scheduled_jobs_rls does, by the same names: run after this one, it finds nothing to do.
	create schema if not exists private;
	grant usage on schema private to authenticated;
	-- definer because a policy of public.profiles has no say in what a person may start.
	execute format(
		$f$
		create or replace function private.scheduled_jobs_organizations() returns %s[]
		language plpgsql stable security definer set search_path = ''
		as $body$
		begin
			return array(
				select profile.organization_id from public.profiles as profile
				where profile.id = auth.uid() and profile.organization_id is not null
			);
		end;
		$body$
		$f$, v_type
	);
	-- definer because not every project lets people into the schema auth.
	create or replace function private.scheduled_jobs_author() returns trigger
	language plpgsql security definer set search_path = ''
	as $body$
	begin
		-- Nobody asks when a backend with the secret key inserts: then it is what the backend says.
		new.created_by := coalesce(auth.uid(), new.created_by);
		return new;
	end;
	$body$;
	revoke execute on function private.scheduled_jobs_organizations(), private.scheduled_jobs_author() from public, anon, authenticated;
	grant execute on function private.scheduled_jobs_organizations() to authenticated;
	perform pg_temp.report('functions in private', 'missing', 'made');

	create trigger zz_fix_author before insert on public.scheduled_jobs
		for each row execute function private.scheduled_jobs_author();
	perform pg_temp.report('trigger zz_fix_author', 'missing', 'made: the author of a job is who asks, whatever the app says');

	alter table public.scheduled_jobs enable row level security;
	v_member := format('organization_id = any ((select private.scheduled_jobs_organizations())::%s[])', v_type);
	execute format('create policy fix_select_member on public.scheduled_jobs for select to authenticated using (%s)', v_member);
	execute format('create policy fix_insert_member on public.scheduled_jobs for insert to authenticated with check (%s)', v_member);
	execute format('create policy fix_update_member on public.scheduled_jobs for update to authenticated using (%1$s) with check (%1$s)', v_member);
	execute format('create policy fix_delete_author on public.scheduled_jobs for delete to authenticated using (%s and created_by = (select auth.uid()))', v_member);
	comment on policy fix_select_member on public.scheduled_jobs is 'Made by fix_scheduled_jobs_rls. Members see the jobs of their organization.';
	comment on policy fix_insert_member on public.scheduled_jobs is 'Made by fix_scheduled_jobs_rls. Members start jobs in their organization. Who the author is, the trigger says.';
	comment on policy fix_update_member on public.scheduled_jobs is 'Made by fix_scheduled_jobs_rls. Members change the jobs of their organization, and keep them there.';
	comment on policy fix_delete_author on public.scheduled_jobs is 'Made by fix_scheduled_jobs_rls. Members delete the jobs that they started.';
	perform pg_temp.report('policies of public.scheduled_jobs', 'missing', 'made: members reach the jobs of their organization');

	revoke all on table public.scheduled_jobs from public, anon, authenticated;
	grant select, delete on table public.scheduled_jobs to authenticated;
	-- The author may be sent along, and has no effect. No update reaches it, nor the organization.
	grant insert (id, organization_id, created_by, job_type, status, payload, scheduled_for) on table public.scheduled_jobs to authenticated;
	grant update (job_type, status, payload, progress, result, error, scheduled_for, started_at, completed_at) on table public.scheduled_jobs to authenticated;
	grant select, insert, update, delete on table public.scheduled_jobs to service_role;
	perform pg_temp.report('grants on public.scheduled_jobs', 'missing', 'made: for people who are logged in, and for the secret key');

	-- Pages that follow their jobs listen to this publication.
	if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
		alter publication supabase_realtime add table public.scheduled_jobs;
		perform pg_temp.report('publication supabase_realtime', 'without public.scheduled_jobs', 'added');
	end if;
end;
$$;

commit;

-- Makes the data API see the table at once.
notify pgrst, 'reload schema';

select what, before, after from pg_temp.jobs_table_report order by step;
