-- Purpose: the figures on the admins' first page and the totals of their list, in a time that does not grow
--   with the number of people.
-- Depends on: registration, account, admin, admin_list.
-- To remove: drop the triggers _100_counts and _100_counts_changes on private.accounts, the table
--   private.account_counts and the functions below, in public and in private; and remove admin_list, which
--   takes its totals from here.

-- How many accounts there are of each kind, how many signed up on each day, and how their profiles came
-- to be. A change adds a row with what it adds or takes away, and the sum is what there is:
-- so people who sign up at once never wait for each other, as they would for one row with the number in it.
create table private.account_counts (
	id bigint generated always as identity primary key,
	counted text not null,
	value text collate "C" not null,
	change bigint not null,

	constraint account_counts_counted_known check (counted in ('kind', 'day', 'source'))
);

comment on table private.account_counts is
	'What each change of private.accounts added to or took from a number; the sums are the numbers.';

create index account_counts_value on private.account_counts (counted, value, change);

revoke all on table private.account_counts from public, anon, authenticated, service_role;

-- Makes one row of the many with a number that has changed lately. One at a time: who comes meanwhile
-- leaves it to the one that is at it. Takes what it adds up in the same statement, so nobody ever sees a
-- change twice or not at all.
create function private.gather_account_counts() returns void
language plpgsql
set search_path = ''
as $$
begin
	if not pg_try_advisory_xact_lock(hashtext('private.account_counts')) then
		return;
	end if;
	with taken as (
		delete from private.account_counts as old
		using (
			select distinct latest.counted, latest.value
			from (
				select line.counted, line.value from private.account_counts as line order by line.id desc limit 512
			) as latest
		) as changed
		where old.counted = changed.counted and old.value = changed.value
		returning old.counted, old.value, old.change
	)
	insert into private.account_counts (counted, value, change)
	select taken.counted, taken.value, sum(taken.change) from taken
	group by taken.counted, taken.value having sum(taken.change) <> 0;
end;
$$;

create function private.count_account(p_counted text, p_value text, p_change integer) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_id bigint;
begin
	if p_value is null then
		return;
	end if;
	insert into private.account_counts (counted, value, change) values (p_counted, p_value, p_change)
	returning id into v_id;
	if v_id % 256 = 0 then
		perform private.gather_account_counts();
	end if;
end;
$$;

-- Days are those of UTC.
create function private.day_of(p_at timestamptz) returns text
language sql
immutable parallel safe
set search_path = ''
as $$ select ((p_at at time zone 'UTC')::date)::text; $$;

-- Cannot fail a sign-up or a deletion: a number that is wrong is put right by an admin's repair, which
-- counts anew. An account without a profile has no source.
-- definer because the auth server's role, who deletes accounts, has no rights in private.
create function private.count_listed() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if tg_op <> 'INSERT' then
		perform private.count_account('kind', old.kind, -1);
		perform private.count_account('day', private.day_of(old.created_at), -1);
		perform private.count_account('source', old.source, -1);
	end if;
	if tg_op <> 'DELETE' then
		perform private.count_account('kind', new.kind, 1);
		perform private.count_account('day', private.day_of(new.created_at), 1);
		perform private.count_account('source', new.source, 1);
	end if;
	return null;
exception when others then
	raise warning 'admin: the account % could not be counted: % (%)', coalesce(new.id, old.id), sqlstate, sqlerrm;
	return null;
end;
$$;

-- Counts everybody anew. One statement sees one moment: what it takes away and what it counts belong
-- together, and what others do meanwhile is added by them. It waits for whoever is gathering, or what
-- those have gathered would be counted twice. A delete has a condition, or a hosted data API refuses it.
create function private.recount_accounts() returns void
language plpgsql
set search_path = ''
as $$
begin
	perform pg_advisory_xact_lock(hashtext('private.account_counts'));
	with gone as (
		delete from private.account_counts where id > 0
	)
	insert into private.account_counts (counted, value, change)
	select 'kind', account.kind, count(*) from private.accounts as account group by account.kind
	union all
	select 'day', private.day_of(account.created_at), count(*) from private.accounts as account group by 2
	union all
	select 'source', account.source, count(*) from private.accounts as account
	where account.source is not null group by account.source;
end;
$$;

select private.recount_accounts();

create trigger _100_counts after insert or delete on private.accounts
	for each row execute function private.count_listed();
create trigger _100_counts_changes after update on private.accounts
	for each row when (
		(old.kind, old.created_at, old.source) is distinct from (new.kind, new.created_at, new.source)
	)
	execute function private.count_listed();

-- Who is suspended is a kind, but that a suspension is over does not show there. Those are few.
create index accounts_suspension_over on private.accounts (suspended_until) include (kind) where suspended;

-- How many accounts of these kinds there are; or of them, those whose suspension goes on, or that have none.
create function private.count_accounts(p_kinds text[], p_suspended boolean default null) returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
	v_over bigint := 0;
begin
	if p_suspended is not null then
		select count(*) into v_over
		from private.accounts as account
		where account.suspended and account.suspended_until <= now() and account.kind = any (p_kinds);
	end if;
	return (
		select coalesce(sum(line.change), 0) + case when p_suspended then -v_over else v_over end
		from private.account_counts as line
		where line.counted = 'kind' and line.value = any (p_kinds)
			and (p_suspended is null or p_suspended = (split_part(line.value, ' ', 3) = 'true'))
	);
end;
$$;

-- The figures of the first page, each a sum of few rows.
create function private.admin_overview(p_days integer) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
	v_days integer := least(greatest(coalesce(p_days, 90), 1), 366);
	v_today date := (now() at time zone 'UTC')::date;
	v_figures jsonb;
	v_sources jsonb;
begin
	perform private.require_admin();
	select jsonb_build_object(
		'people', coalesce(sum(line.change), 0),
		'admins', coalesce(sum(line.change) filter (where kind.parts[1] = 'admin'), 0),
		'unconfirmed', coalesce(sum(line.change) filter (where kind.parts[2] = 'false'), 0),
		'missing_profiles', coalesce(sum(line.change) filter (where kind.parts[1] = '-'), 0),
		'suspended', coalesce(sum(line.change) filter (where kind.parts[3] = 'true'), 0) - (
			select count(*) from private.accounts as account
			where account.suspended and account.suspended_until <= now()
		)
	) into v_figures
	from private.account_counts as line
	cross join lateral (select string_to_array(line.value, ' ') as parts) as kind
	where line.counted = 'kind';

	select jsonb_build_object(
		'trigger', coalesce(sum(line.change) filter (where line.value = 'trigger'), 0),
		'fallback', coalesce(sum(line.change) filter (where line.value = 'fallback'), 0),
		'repair', coalesce(sum(line.change) filter (where line.value = 'repair'), 0)
	) into v_sources
	from private.account_counts as line
	where line.counted = 'source';

	return v_figures || jsonb_build_object(
		'open_failures', (select count(*) from public.registration_failures where resolved_at is null),
		'sources', v_sources,
		-- One without a sign-up counts as well.
		'sign_ups', (
			select jsonb_agg(jsonb_build_object('day', v_today - past, 'count', coalesce(counted.people, 0)) order by past desc)
			from generate_series(0, v_days - 1) as past
			left join (
				select line.value::date as day, sum(line.change) as people
				from private.account_counts as line
				where line.counted = 'day' and line.value >= (v_today - v_days + 1)::text
				group by line.value
			) as counted on counted.day = v_today - past
		)
	);
end;
$$;

create function public.admin_overview(days integer default 90) returns jsonb
language sql stable
set search_path = ''
as $$ select private.admin_overview($1); $$;

revoke execute on function
	private.gather_account_counts(),
	private.count_account(text, text, integer),
	private.day_of(timestamptz),
	private.count_listed(),
	private.recount_accounts(),
	private.count_accounts(text[], boolean),
	private.admin_overview(integer), public.admin_overview(integer)
	from public, anon, authenticated, service_role;
grant execute on function private.admin_overview(integer), public.admin_overview(integer) to authenticated;
