-- Purpose: how admins find people among a million and see one of them, and the repair of profiles that could
--   not be made.
-- Depends on: registration, account, admin.
-- To remove: together with admin_overview: drop the trigger _600_accounts; replace
--   private.list_account() by a function that does nothing, because its trigger on auth.users cannot be
--   dropped on a hosted project; drop the table private.accounts and the functions below, in public and
--   in private.

create schema if not exists extensions;
create extension if not exists pg_trgm with schema extensions;

-- What the list of users is found by: one narrow row an account, kept by triggers. The joins it spares
-- would read all people for a filter on one table and an order by the other.
create table private.accounts (
	id uuid primary key references auth.users (id) on delete cascade,
	-- From auth.users
	email text not null default '',
	confirmed boolean not null default false,
	-- Sorted and joined by commas: 'email', 'email,google'.
	providers text not null default '',
	created_at timestamptz not null default now(),
	last_sign_in_at timestamptz not null default '-infinity',
	-- From public.users; role and source are null for an account without a profile.
	name text not null default '',
	role text,
	source text,
	suspended boolean not null default false,
	suspended_until timestamptz,

	-- All that a filter can ask for, in one value. There are few kinds whatever the number of people, and
	-- an index that begins with the kind has the rows of each in order: so a page is read from the ends
	-- of some dozen lists, and never by looking for the few that fit among the many that do not.
	kind text collate "C" not null generated always as (
		coalesce(role, '-') || ' ' || confirmed::text || ' ' || suspended::text || ' ' || providers
	) stored,
	search text not null generated always as (' ' || name || ' ' || email) stored
);

comment on table private.accounts is
	'A row for each row of auth.users, with what the admins'' list filters, sorts and searches by. Kept by triggers.';

revoke all on table private.accounts from public, anon, authenticated, service_role;

-- The names of the providers in the metadata that the auth server keeps, whatever is in there.
create function private.providers_in(p_metadata jsonb) returns text
language plpgsql
immutable parallel safe
set search_path = ''
as $$
begin
	return (
		select coalesce(string_agg(distinct left(split_part(provider, ':', 1), 40), ','), '')
		from jsonb_array_elements_text(
			case when jsonb_typeof(p_metadata -> 'providers') = 'array'
				then p_metadata -> 'providers' else '[]' end
		) as provider
	);
end;
$$;

-- Both triggers write their own columns only, so that two changes at once cannot undo each other. An
-- account that is marked as deleted is not listed any more.
-- Neither can fail a sign-up, a log-in or a change of a profile: a list that is wrong about one person
-- is put right by the next change of the account, or by an admin's repair.
-- definer because the auth server's role, who fires it, has no rights in private.
create function private.list_account() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
	if new.deleted_at is not null then
		delete from private.accounts where id = new.id;
		return null;
	end if;
	insert into private.accounts as account (id, email, confirmed, providers, created_at, last_sign_in_at)
	values (
		new.id, lower(coalesce(new.email, '')), new.email_confirmed_at is not null,
		private.providers_in(new.raw_app_meta_data), coalesce(new.created_at, now()),
		coalesce(new.last_sign_in_at, '-infinity')
	)
	on conflict (id) do update set
		email = excluded.email,
		confirmed = excluded.confirmed,
		providers = excluded.providers,
		created_at = excluded.created_at,
		last_sign_in_at = excluded.last_sign_in_at
	where (account.email, account.confirmed, account.providers, account.created_at, account.last_sign_in_at)
		is distinct from
		(excluded.email, excluded.confirmed, excluded.providers, excluded.created_at, excluded.last_sign_in_at);
	return null;
exception when others then
	raise warning 'admin: the account % could not be listed: % (%)', new.id, sqlstate, sqlerrm;
	return null;
end;
$$;

-- definer because people change their own profiles and have no rights in private.
create function private.list_profile() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
	if tg_op = 'DELETE' then
		update private.accounts
		set name = '', role = null, source = null, suspended = false, suspended_until = null
		where id = old.id;
	else
		update private.accounts
		set name = lower(new.name),
			role = new.role,
			source = new.source,
			suspended = new.suspended_at is not null,
			suspended_until = new.suspended_until
		where id = new.id;
	end if;
	return null;
exception when others then
	raise warning 'admin: the profile % could not be listed: % (%)', coalesce(new.id, old.id), sqlstate, sqlerrm;
	return null;
end;
$$;

-- Lists what is not listed, and what is listed without its profile or with one that is gone.
create function private.list_missing_accounts() returns void
language plpgsql
set search_path = ''
as $$
begin
	insert into private.accounts
		(id, email, confirmed, providers, created_at, last_sign_in_at, name, role, source, suspended, suspended_until)
	select
		account.id, lower(coalesce(account.email, '')), account.email_confirmed_at is not null,
		private.providers_in(account.raw_app_meta_data), coalesce(account.created_at, now()),
		coalesce(account.last_sign_in_at, '-infinity'),
		lower(coalesce(person.name, '')), person.role, person.source, person.suspended_at is not null,
		person.suspended_until
	from auth.users as account
	left join public.users as person on person.id = account.id
	where account.deleted_at is null
		and not exists (select from private.accounts as listed where listed.id = account.id)
	on conflict (id) do nothing;

	update private.accounts as listed
	set name = lower(coalesce(person.name, '')),
		role = person.role,
		source = person.source,
		suspended = person.suspended_at is not null,
		suspended_until = person.suspended_until
	from auth.users as account
	left join public.users as person on person.id = account.id
	where listed.id = account.id and listed.role is distinct from person.role;
end;
$$;

-- Before the indexes: those of a project with very many people are made faster in one go.
select private.list_missing_accounts();

-- One for each order of the list, with all that is sifted: the rows themselves lie anywhere among a million.
create index accounts_created_at on private.accounts (kind, created_at, id) include (suspended_until, search);
create index accounts_last_sign_in_at on private.accounts (kind, last_sign_in_at, id)
	include (created_at, suspended_until, search);
create index accounts_name on private.accounts (kind, name, id) include (created_at, suspended_until, search);
create index accounts_email on private.accounts (kind, email, id) include (created_at, suspended_until, search);
-- Where the next one to repair is.
create index accounts_without_profile on private.accounts (id) where role is null;

-- A project may have had the extension before, in a schema of its own choice.
do $$
begin
	execute format(
		'create index accounts_search on private.accounts using gin (search %s.gin_trgm_ops)',
		(select extnamespace::regnamespace from pg_catalog.pg_extension where extname = 'pg_trgm')
	);
end;
$$;

create trigger _600_accounts after insert or update or delete on public.users
	for each row execute function private.list_profile();
-- Its name comes before that of on_auth_user_created, which makes the profile: so the account is listed
-- by then. `or replace`, because triggers on auth.users can be replaced there, but not dropped.
create or replace trigger on_auth_account_saved
	after insert or update of email, email_confirmed_at, raw_app_meta_data, last_sign_in_at, created_at, deleted_at
	on auth.users
	for each row execute function private.list_account();

-- The kinds that there are and that a filter asks for. The index is read from one kind to the next, not
-- from row to row; any row of a kind answers for all of them. That a suspension is over does not show in
-- the kind, so who was suspended is asked for again where rows are read.
create function private.kinds_of_accounts(
	p_role text, p_confirmed boolean, p_suspended boolean, p_provider text, p_has_profile boolean
) returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
	return array(
		with recursive kinds as (
			(
				select account.kind, account.role, account.confirmed, account.suspended, account.providers
				from private.accounts as account
				order by account.kind limit 1
			)
			union all
			select next.* from kinds cross join lateral (
				select account.kind, account.role, account.confirmed, account.suspended, account.providers
				from private.accounts as account
				where account.kind > kinds.kind
				order by account.kind limit 1
			) as next
		)
		select kind from kinds
		where (p_role is null or role = p_role)
			and (p_confirmed is null or confirmed = p_confirmed)
			and (p_suspended is not true or suspended)
			and (p_provider is null or p_provider = any (string_to_array(providers, ',')))
			and (p_has_profile is null or p_has_profile = (role is not null))
	);
end;
$$;

-- What is shown of accounts, in the order of the ids.
create function private.describe_accounts(p_ids uuid[]) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(
			jsonb_agg(
				jsonb_build_object(
					'id', account.id,
					'email', account.email,
					'confirmed_at', account.email_confirmed_at,
					'last_sign_in_at', account.last_sign_in_at,
					'created_at', account.created_at,
					'providers', string_to_array(private.providers_in(account.raw_app_meta_data), ','),
					'has_profile', person.id is not null,
					'name', person.name,
					'avatar_hue', person.avatar_hue,
					'role', person.role,
					'source', person.source,
					'suspended', coalesce(private.is_suspended(person), false),
					'suspended_at', person.suspended_at,
					'suspended_until', person.suspended_until,
					'suspended_reason', person.suspended_reason,
					'failure', (
						select to_jsonb(failure)
						from public.registration_failures as failure
						where failure.user_id = account.id and failure.resolved_at is null
						order by failure.last_occurred_at desc limit 1
					)
				)
				order by wanted.rank
			),
			'[]'
		)
		from unnest(p_ids) with ordinality as wanted (id, rank)
		join auth.users as account on account.id = wanted.id
		left join public.users as person on person.id = account.id
	);
end;
$$;

-- The SQL that reads the first rows in an order: the kinds side by side, each from its index, merged.
create function private.window_of_accounts(p_rows text, p_kinds text[], p_past text, p_order text, p_limit integer)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
	return (
		select string_agg(
			format('(select * from (%s) as row where kind = %L and %s order by %s limit %s)', p_rows, kind, p_past, p_order, p_limit),
			' union all '
		)
		from unnest(p_kinds) as kind
	)
	-- The one that there is has its order already, and SQL takes no second one after it.
	|| case when cardinality(p_kinds) > 1 then format(' order by %s limit %s', p_order, p_limit) else '' end;
end;
$$;

-- Reads rows in an order, and sifts them until a page is full. The first 1,000 fill it with what is common.
-- How many there are of something rarer, the newest 1,000 tell, where it is not known. When the first 30,000
-- are likely to fill the page, they are read on; what does not come even there is found by an index of its own
-- and put in order here. So nothing is read from end to end, wherever in the order it may be.
-- enable_seqscan: of few rows the planner would rather read and sort all of them.
create function private.sift_accounts(
	p_rows text, p_kinds text[], p_past text, p_sift text, p_order text, p_limit integer, p_has_index boolean,
	p_expected bigint, p_newest_first boolean,
	out ids uuid[], out keys text[], out hits integer, out complete boolean
)
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
as $$
declare
	c_first constant integer := 1000;
	c_further constant integer := 30000;
	c_counted constant integer := 10000;
	v_all bigint;
	v_expected bigint := p_expected;
begin
	execute format(
		'with
			seen as materialized (%s),
			hit as (select * from seen where %s order by %s limit %s)
		select array(select id from hit), array(select key::text from hit),
			(select count(*) from seen where %s), (select count(*) < %s from seen)',
		private.window_of_accounts(p_rows, p_kinds, p_past, p_order, c_first),
		p_sift, p_order, p_limit, p_sift, c_first
	) into ids, keys, hits, complete;

	if complete or cardinality(ids) = p_limit or not p_has_index then
		if p_past <> 'true' then
			-- What was counted comes after the cursor; the total is that of all pages.
			execute format(
				'select count(*) filter (where %s), count(*) < %s from (%s) as seen',
				p_sift, c_first, private.window_of_accounts(p_rows, p_kinds, 'true', p_order, c_first)
			) into hits, complete;
		end if;
		return;
	end if;

	v_all := private.count_accounts(p_kinds);
	if v_expected is null then
		if not (p_newest_first and p_past = 'true') then
			execute format(
				'select count(*) filter (where %s) from (%s) as newest',
				p_sift, private.window_of_accounts(p_rows, p_kinds, 'true', 'created_at desc', c_first)
			) into hits;
		end if;
		v_expected := hits * v_all / c_first;
	end if;
	if v_expected * c_further > 3 * p_limit * v_all then
		execute format(
			'with hit as materialized (select id, key from (%s) as row where %s limit %s)
			select array(select id from hit), array(select key::text from hit)',
			private.window_of_accounts(p_rows, p_kinds, p_past, p_order, c_further), p_sift, p_limit
		) into ids, keys;
		if cardinality(ids) = p_limit then
			return;
		end if;
	end if;

	if v_expected <= c_counted then
		execute format(
			'with
				found as materialized (select * from (%s) as row where kind = any (%L) and %s limit %s),
				hit as (select * from found where %s order by %s limit %s)
			select array(select id from hit), array(select key::text from hit),
				(select count(*) from found), (select count(*) < %s from found)',
			p_rows, p_kinds, p_sift, c_counted, p_past, p_order, p_limit, c_counted
		) into ids, keys, hits, complete;
		if complete then
			return;
		end if;
	end if;
	execute format(
		'with hit as materialized (select id, key from (%s) as row where kind = any (%L) and %s and %s order by %s limit %s)
		select array(select id from hit), array(select key::text from hit)',
		p_rows, p_kinds, p_sift, p_past, p_order, p_limit
	) into ids, keys;
end;
$$;

-- The condition for what was typed: a part of a name or an address, or the beginning of an id. Fewer than
-- three letters in a row hold no trigram but at the beginning of a word, so there they are looked for.
create function private.account_matches(p_term text) returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
	v_condition text := format(
		'search like %L',
		case when p_term ~ '[[:alnum:]]{3}' then '%' else '% ' end
			|| regexp_replace(p_term, '([\\%_])', '\\\1', 'g') || '%'
	);
	v_hex text := left(replace(p_term, '-', ''), 32);
begin
	if p_term ~ '^[0-9a-f]{8}[0-9a-f-]*$' then
		return format('(%s or id between %L and %L)', v_condition, rpad(v_hex, 32, '0'), rpad(v_hex, 32, 'f'));
	end if;
	return case when p_term is not null then v_condition end;
end;
$$;

-- What a page says: its rows, and the cursors of those beside it. One row more than its size was read, if
-- there was one. A page that was read backward is turned round.
create function private.page_of_accounts(
	p_ids uuid[], p_keys text[], p_size integer, p_has_cursor boolean, p_backward boolean
) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
	v_ids uuid[];
	v_first text;
	v_last text;
	v_further boolean := cardinality(p_ids) > p_size;
begin
	select
		array_agg(row.id order by row.place),
		(array_agg(row.id || ':' || row.key order by row.place))[1],
		(array_agg(row.id || ':' || row.key order by row.place desc))[1]
	into v_ids, v_first, v_last
	from (
		select read.id, read.key, case when p_backward then -read.rank else read.rank end as place
		from unnest(p_ids, p_keys) with ordinality as read (id, key, rank)
		where read.rank <= p_size
	) as row;
	return jsonb_build_object(
		'rows', private.describe_accounts(v_ids),
		'next', case when case when p_backward then p_has_cursor else v_further end then v_last end,
		'previous', case when case when p_backward then v_further else p_has_cursor end then v_first end
	);
end;
$$;

-- A page of the list, in a time that does not grow with the number of people:
-- · The kinds that a filter asks for are few, and an index has the rows of each in every order: the first
--   of each make the page.
-- · A search, or a time of sign-up under another order, is sifted from what comes that way.
-- · How many there are of each kind is known. Other totals are counted up to 10,000; beyond that the answer
--   is "more".
-- · A cursor is the last row's id and place in the order, so a later page has no more to pass over.
-- The SQL is put together from the kinds that there are and from what the caller gave, as quoted literals.
create function private.admin_list_users(
	p_search text,
	p_role text,
	p_confirmed boolean,
	p_suspended boolean,
	p_provider text,
	p_has_profile boolean,
	p_created_from timestamptz,
	p_created_to timestamptz,
	p_sort text,
	p_descending boolean,
	p_page_size integer,
	p_cursor text,
	p_backward boolean
) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
	c_bound constant integer := 10000;
	v_sort text := coalesce(p_sort, 'created_at');
	v_size integer := least(greatest(coalesce(p_page_size, 25), 1), 1000);
	v_backward boolean := coalesce(p_backward, false);
	v_downward boolean := coalesce(p_descending, true) <> v_backward;
	v_order text := case when v_downward then 'key desc, id desc' else 'key, id' end;
	v_term text := nullif(lower(btrim(left(p_search, 200))), '');
	v_by_time boolean := p_created_from is not null or p_created_to is not null;
	v_kinds text[];
	v_rows text;
	v_past text := 'true';
	v_time text;
	v_sift text;
	v_sifted record;
	v_ids uuid[];
	v_keys text[];
	v_total integer;
	v_complete boolean;
begin
	perform private.require_admin();
	if v_sort not in ('created_at', 'last_sign_in_at', 'name', 'email') then
		raise exception 'the list has no such order' using errcode = 'invalid_parameter_value';
	end if;
	v_kinds := private.kinds_of_accounts(p_role, p_confirmed, p_suspended, p_provider, p_has_profile);
	if v_kinds = '{}' then
		return '{"rows": [], "total": 0, "more": false, "next": null, "previous": null}';
	end if;

	v_time := concat_ws(
		' and ', 'true',
		'created_at >= ' || quote_literal(p_created_from),
		'created_at < ' || quote_literal(p_created_to)
	);
	v_sift := concat_ws(' and ', v_time, private.account_matches(v_term));
	if p_cursor is not null then
		v_past := format(
			'(key, id) %s (%L::%s, %L::uuid)',
			case when v_downward then '<' else '>' end,
			substr(p_cursor, 38), case when v_sort in ('name', 'email') then 'text' else 'timestamptz' end,
			left(p_cursor, 36)
		);
	end if;
	-- A suspension that is over has the kind of one that is not. Asked of what an index has, so that
	-- counting needs no more than that. In the order of time a time is a part of the index; in another
	-- order it is sifted.
	v_rows := format(
		'select id, kind, created_at, search, %I as key from private.accounts where %s and %s',
		v_sort, case when v_sort = 'created_at' then v_time else 'true' end,
		case
			when p_suspended then 'coalesce(suspended_until > now(), true)'
			when not p_suspended then '(split_part(kind, '' '', 3) = ''false'' or suspended_until <= now())'
			else 'true'
		end
	);

	if v_term is null and not v_by_time then
		v_total := private.count_accounts(v_kinds, p_suspended);
		v_complete := true;
	elsif v_term is null then
		execute format(
			'select count(*) from (
				select from unnest(%L::text[]) as wanted
				cross join lateral (select from (%s) as row where kind = wanted and %s limit %s) as row limit %4$s
			) as counted',
			v_kinds, v_rows, v_sift, c_bound + 1
		) into v_total;
		v_complete := v_total <= c_bound;
		v_total := least(v_total, c_bound);
	end if;
	if v_term is null and (v_sort = 'created_at' or not v_by_time) then
		execute format(
			'select array_agg(id), array_agg(key::text) from (
				select id, key from unnest(%L::text[]) as wanted
				cross join lateral (
					select id, key from (%s) as row where kind = wanted and %s and %s order by %s limit %s
				) as row
				order by %5$s limit %6$s
			) as page',
			v_kinds, v_rows, v_past, v_sift, v_order, v_size + 1
		) into v_ids, v_keys;
	else
		-- Without a letter or a digit there is no trigram to look for.
		v_sifted := private.sift_accounts(
			v_rows, v_kinds, v_past, v_sift, v_order, v_size + 1, v_term is null or v_term ~ '[[:alnum:]]',
			case when v_term is null then v_total end, v_sort = 'created_at' and v_downward
		);
		v_ids := v_sifted.ids;
		v_keys := v_sifted.keys;
		if v_term is not null then
			v_total := least(v_sifted.hits, c_bound);
			v_complete := v_sifted.complete;
		end if;
	end if;

	return private.page_of_accounts(v_ids, v_keys, v_size, p_cursor is not null, v_backward)
		|| jsonb_build_object('total', v_total, 'more', not v_complete);
end;
$$;

-- Everything about one person, for their page.
create function private.admin_show_user(p_user_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	perform private.require_admin();
	return private.describe_accounts(array[p_user_id]) -> 0 || jsonb_build_object(
		'sign_in_methods', private.sign_in_methods_of(p_user_id),
		'sessions', private.sessions_of(p_user_id),
		'losses', private.losses_of(p_user_id),
		'failures', (
			select coalesce(jsonb_agg(to_jsonb(failure) order by failure.last_occurred_at desc), '[]')
			from public.registration_failures as failure where failure.user_id = p_user_id
		),
		'timeline', private.timeline_of(p_user_id)
	);
end;
$$;

-- What happened to an account, the newest first. Log-ins are known from the sessions that are still
-- there; the rest of a log-in's past is the auth server's own.
create function private.timeline_of(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_agg(to_jsonb(newest) order by newest.at desc, newest.event), '[]')
		from (
			select happened.*
			from (
				select account.created_at as at, 'registered' as event, null as actor, null::jsonb as details
				from auth.users as account where account.id = p_user_id
				union all
				select account.invited_at, 'invited', null, null
				from auth.users as account where account.id = p_user_id and account.invited_at is not null
				union all
				select account.email_confirmed_at, 'confirmed', null, null
				from auth.users as account where account.id = p_user_id and account.email_confirmed_at is not null
				union all
				select person.created_at, 'profile_made', null, jsonb_build_object('source', person.source)
				from public.users as person where person.id = p_user_id
				union all
				select session.created_at, 'logged_in', null,
					jsonb_build_object('browser', coalesce(origin.user_agent, session.user_agent))
				from auth.sessions as session
				left join private.session_origins as origin on origin.session_id = session.id
				where session.user_id = p_user_id
				union all
				-- The session of the last one may be over.
				select account.last_sign_in_at, 'logged_in', null, null
				from auth.users as account
				where account.id = p_user_id and account.last_sign_in_at is not null and not exists (
					select from auth.sessions as session
					where session.user_id = account.id
						and session.created_at between account.last_sign_in_at - interval '1 minute'
							and account.last_sign_in_at + interval '1 minute'
				)
				union all
				-- What an admin changed has its line, of the same moment.
				select person.updated_at, 'changed', null, null
				from public.users as person
				where person.id = p_user_id and person.updated_at > person.created_at and not exists (
					select from public.audit_log as line where line.subject_id = person.id and line.at = person.updated_at
				)
				union all
				select failure.occurred_at, 'registration_failed', null,
					jsonb_build_object('stage', failure.stage, 'sqlstate', failure.sqlstate, 'attempts', failure.attempts)
				from public.registration_failures as failure where failure.user_id = p_user_id
				union all
				select failure.resolved_at, 'registration_resolved', null,
					jsonb_build_object('stage', failure.stage, 'resolved_by', failure.resolved_by)
				from public.registration_failures as failure
				where failure.user_id = p_user_id and failure.resolved_at is not null
				union all
				select line.at, line.act, coalesce(line.actor_email, line.via),
					jsonb_build_object('before', line.before, 'after', line.after, 'reason', line.reason)
				from public.audit_log as line
				where line.subject_id = p_user_id
					-- Whoever was invited had no account yet.
					or (line.act = 'invited' and line.subject_email = (select email from auth.users where id = p_user_id))
			) as happened
			order by happened.at desc, happened.event limit 200
		) as newest
	);
end;
$$;

create function private.admin_list_failures(p_resolved boolean, p_page_size integer, p_before uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
	c_bound constant integer := 10000;
	v_size integer := least(greatest(coalesce(p_page_size, 25), 1), 1000);
	v_rows jsonb;
	v_total integer;
begin
	perform private.require_admin();
	select count(*) into v_total from (
		select from public.registration_failures as failure
		where p_resolved is null or p_resolved = (failure.resolved_at is not null)
		limit c_bound + 1
	) as counted;

	select coalesce(jsonb_agg(page.row order by page.last_occurred_at desc, page.id desc), '[]') into v_rows
	from (
		select failure.last_occurred_at, failure.id,
			to_jsonb(failure) || jsonb_build_object(
				'email', account.email, 'name', person.name, 'has_profile', person.id is not null
			) as row
		from public.registration_failures as failure
		join auth.users as account on account.id = failure.user_id
		left join public.users as person on person.id = failure.user_id
		where (p_resolved is null or p_resolved = (failure.resolved_at is not null))
			and (
				p_before is null
				or (failure.last_occurred_at, failure.id)
					< (select last.last_occurred_at, last.id from public.registration_failures as last where last.id = p_before)
			)
		order by failure.last_occurred_at desc, failure.id desc
		limit v_size + 1
	) as page;

	return jsonb_build_object(
		'rows', case when jsonb_array_length(v_rows) > v_size then v_rows - v_size else v_rows end,
		'total', least(v_total, c_bound),
		'more', v_total > c_bound,
		'next', case when jsonb_array_length(v_rows) > v_size then v_rows -> (v_size - 1) -> 'id' end
	);
end;
$$;

-- Makes the profile that is missing, as the trigger would have. That it cannot be made is an answer, not
-- an error, so that many can be tried in one call.
create function private.repair_profile(p_user_id uuid, p_email text) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
	insert into public.users (id, source) values (p_user_id, 'repair') on conflict (id) do nothing;
	if not found then
		return jsonb_build_object('outcome', 'present', 'sqlstate', null, 'message', null);
	end if;
	perform private.audit('profile_repaired', p_user_id, p_email, null, jsonb_build_object('source', 'repair'));
	return jsonb_build_object('outcome', 'repaired', 'sqlstate', null, 'message', null);
exception when others then
	perform private.record_registration_failure(p_user_id, 'repair', sqlstate, sqlerrm);
	return jsonb_build_object('outcome', 'failed', 'sqlstate', sqlstate, 'message', left(sqlerrm, 500));
end;
$$;

create function private.admin_repair_profile(p_user_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
begin
	perform private.require_admin();
	v_account := private.require_subject(p_user_id);
	return private.repair_profile(v_account.id, v_account.email);
end;
$$;

-- So many at a time, in the order of their ids: what cannot be repaired does not stand in the way of the
-- rest. The first call also lists and counts accounts that a trigger could not.
create function private.admin_repair_profiles(p_batch integer, p_cursor uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_batch integer := least(greatest(coalesce(p_batch, 100), 1), 1000);
	v_account record;
	v_answer jsonb;
	v_tried integer := 0;
	v_repaired integer := 0;
	v_failed jsonb := '[]';
	v_last uuid;
begin
	perform private.require_admin();
	if p_cursor is null then
		perform private.list_missing_accounts();
		perform private.recount_accounts();
	end if;

	for v_account in
		select listed.id, account.email
		from private.accounts as listed
		join auth.users as account on account.id = listed.id
		where listed.role is null and (p_cursor is null or listed.id > p_cursor)
		order by listed.id limit v_batch
	loop
		v_tried := v_tried + 1;
		v_last := v_account.id;
		v_answer := private.repair_profile(v_account.id, v_account.email);
		if v_answer ->> 'outcome' = 'repaired' then
			v_repaired := v_repaired + 1;
		elsif v_answer ->> 'outcome' = 'failed' then
			v_failed := v_failed || (v_answer - 'outcome' || jsonb_build_object('user_id', v_account.id));
		end if;
	end loop;
	return jsonb_build_object(
		'repaired', v_repaired, 'failed', v_failed, 'next', case when v_tried = v_batch then v_last end
	);
end;
$$;

create function public.admin_list_users(
	search text default null,
	role text default null,
	confirmed boolean default null,
	suspended boolean default null,
	provider text default null,
	has_profile boolean default null,
	created_from timestamptz default null,
	created_to timestamptz default null,
	sort text default 'created_at',
	descending boolean default true,
	page_size integer default 25,
	cursor text default null,
	backward boolean default false
) returns jsonb
language sql stable
set search_path = ''
as $$ select private.admin_list_users($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13); $$;

create function public.admin_show_user(user_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select private.admin_show_user($1); $$;

create function public.admin_list_failures(
	resolved boolean default null, page_size integer default 25, before uuid default null
) returns jsonb
language sql stable
set search_path = ''
as $$ select private.admin_list_failures($1, $2, $3); $$;

create function public.admin_repair_profile(user_id uuid) returns jsonb
language sql
set search_path = ''
as $$ select private.admin_repair_profile($1); $$;

create function public.admin_repair_profiles(batch integer default 100, cursor uuid default null) returns jsonb
language sql
set search_path = ''
as $$ select private.admin_repair_profiles($1, $2); $$;

revoke execute on function
	private.providers_in(jsonb),
	private.list_account(),
	private.list_profile(),
	private.list_missing_accounts(),
	private.kinds_of_accounts(text, boolean, boolean, text, boolean),
	private.describe_accounts(uuid[]),
	private.window_of_accounts(text, text[], text, text, integer),
	private.sift_accounts(text, text[], text, text, text, integer, boolean, bigint, boolean),
	private.account_matches(text),
	private.page_of_accounts(uuid[], text[], integer, boolean, boolean),
	private.admin_list_users(text, text, boolean, boolean, text, boolean, timestamptz, timestamptz, text, boolean, integer, text, boolean),
	public.admin_list_users(text, text, boolean, boolean, text, boolean, timestamptz, timestamptz, text, boolean, integer, text, boolean),
	private.admin_show_user(uuid), public.admin_show_user(uuid),
	private.timeline_of(uuid),
	private.admin_list_failures(boolean, integer, uuid), public.admin_list_failures(boolean, integer, uuid),
	private.repair_profile(uuid, text),
	private.admin_repair_profile(uuid), public.admin_repair_profile(uuid),
	private.admin_repair_profiles(integer, uuid), public.admin_repair_profiles(integer, uuid)
	from public, anon, authenticated, service_role;
grant execute on function
	private.admin_list_users(text, text, boolean, boolean, text, boolean, timestamptz, timestamptz, text, boolean, integer, text, boolean),
	public.admin_list_users(text, text, boolean, boolean, text, boolean, timestamptz, timestamptz, text, boolean, integer, text, boolean),
	private.admin_show_user(uuid), public.admin_show_user(uuid),
	private.admin_list_failures(boolean, integer, uuid), public.admin_list_failures(boolean, integer, uuid),
	private.admin_repair_profile(uuid), public.admin_repair_profile(uuid),
	private.admin_repair_profiles(integer, uuid), public.admin_repair_profiles(integer, uuid)
	to authenticated;
