-- Purpose: what people do with their own account and the auth server has no call for: see and end their
--   sessions, take their data with them, leave. And the rule that the last admin does not leave.
-- Depends on: registration.
-- To remove: remove admin first; then drop the trigger _300_last_admin and the functions below, in
--   public and in private, and src/lib/features/account.
--
-- Each act is a definer function in private that asks who is calling, behind an invoker wrapper in
-- public. A refusal that a person can do something about has a SQLSTATE of PT and the HTTP status, and
-- its name in the hint: other classes of codes do not survive the way through every data API.

-- Finds the few admins among very many.
create index users_admins on public.users (id) where role = 'admin';

-- Who is calling, or a refusal. To be asked before anything else: as a condition of a statement it would
-- be asked only if there were rows.
create function private.require_active() returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
	if not private.is_active() then
		raise exception 'no live session' using errcode = 'insufficient_privilege';
	end if;
	return auth.uid();
end;
$$;

-- The sessions of an account, the latest used first. The embedded backend leaves user_agent and ip
-- empty. refreshed_at is in UTC without saying so, and empty until the first refresh.
create function private.sessions_of(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_agg(to_jsonb(listed) order by listed.refreshed_at desc, listed.id), '[]')
		from (
			select
				session.id,
				session.created_at,
				coalesce(session.refreshed_at at time zone 'UTC', session.created_at) as refreshed_at,
				coalesce(origin.user_agent, session.user_agent) as user_agent,
				host(coalesce(origin.ip, session.ip)) as ip,
				session.id::text = auth.jwt() ->> 'session_id' as current
			from auth.sessions as session
			left join private.session_origins as origin on origin.session_id = session.id
			where session.user_id = p_user_id
				and (session.not_after is null or session.not_after > now())
		) as listed
	);
end;
$$;

-- How an account can be logged in to: a password, or providers.
create function private.sign_in_methods_of(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(
			jsonb_agg(
				jsonb_build_object(
					'provider', identity.provider,
					'email', identity.email,
					'created_at', identity.created_at,
					'last_sign_in_at', identity.last_sign_in_at
				)
				order by identity.created_at, identity.provider
			),
			'[]'
		)
		from auth.identities as identity
		where identity.user_id = p_user_id
	);
end;
$$;

-- definer, here and below, because nobody but the owner may read or write the tables in auth.
create function private.list_my_sessions() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	return private.sessions_of(private.require_active());
end;
$$;

-- Whoever holds the token of an ended session is nobody from the next statement on. Its refresh tokens
-- go with it, by the auth server's own foreign key.
create function private.end_my_session(p_session_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
begin
	delete from auth.sessions where id = p_session_id and user_id = v_user_id;
	return found;
end;
$$;

create function private.end_my_other_sessions() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
	v_count integer;
begin
	delete from auth.sessions
	where user_id = v_user_id
		and id::text is distinct from auth.jwt() ->> 'session_id';
	get diagnostics v_count = row_count;
	return v_count;
end;
$$;

-- What features say about a person: {"<slug>": what private.<question>__<slug>(uuid) answers, …}. Nothing here
-- names a feature: it adds what it has to say with that function, and takes it away with it.
create function private.ask_features(p_question text, p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
	v_answers jsonb := '{}';
	v_feature record;
	v_answer jsonb;
begin
	for v_feature in
		select function.oid::regproc as name, split_part(function.proname, '__', 2) as slug
		from pg_catalog.pg_proc as function
		where function.pronamespace = 'private'::regnamespace
			and function.proname like p_question || '\_\_%'
		order by function.proname
	loop
		execute format('select %s($1)', v_feature.name) into v_answer using p_user_id;
		v_answers := v_answers || jsonb_build_object(v_feature.slug, v_answer);
	end loop;
	return v_answers;
end;
$$;

-- What goes when an account goes: [{"what": "model", "count": 3}, …], with a name where there is one. By
-- functions private.losses__<slug>(uuid).
create function private.losses_of(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_agg(loss.entry order by part.slug, loss.place), '[]')
		from jsonb_each(private.ask_features('losses', p_user_id)) as part (slug, entries)
		cross join lateral jsonb_array_elements(part.entries) with ordinality as loss (entry, place)
		where (loss.entry ->> 'count')::integer > 0
	);
end;
$$;

create function private.list_my_losses() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	return private.losses_of(private.require_active());
end;
$$;

-- Everything that the database holds about a person, but for what opens their account (the hash of the
-- password, tokens). A feature adds what it holds with a function private.export__<slug>(uuid).
create function private.export_my_data() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
	v_export jsonb;
begin
	select jsonb_build_object(
		'exported_at', now(),
		-- Whatever the auth server keeps, also in columns that it gets one day.
		'account', (
			select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(account)) where key !~ 'password|token|secret'
		),
		'profile', (select to_jsonb(person) from public.users as person where person.id = account.id),
		'sign_in_methods', (
			select coalesce(jsonb_agg(to_jsonb(identity) order by identity.created_at, identity.provider), '[]')
			from auth.identities as identity where identity.user_id = account.id
		),
		'sessions', private.sessions_of(account.id),
		'registration_failures', (
			select coalesce(jsonb_agg(to_jsonb(failure) order by failure.occurred_at), '[]')
			from public.registration_failures as failure
			where failure.user_id = account.id
		)
	) into v_export
	from auth.users as account
	where account.id = v_user_id;
	return v_export || private.ask_features('export', v_user_id);
end;
$$;

-- Whoever takes an admin's rights away waits here for whoever does so at the same moment. To be called
-- before any row is locked, so that nobody waits in a circle.
create function private.lock_admins() returns void
language plpgsql
set search_path = ''
as $$
begin
	perform pg_advisory_xact_lock(hashtext('private.lock_admins'));
end;
$$;

create function private.is_suspended(p_person public.users) returns boolean
language sql
stable parallel safe
set search_path = ''
as $$
	select ($1).suspended_at is not null and coalesce(($1).suspended_until > now(), true);
$$;

-- Somebody whom nothing is to be had of, whatever they left to others: suspended, banned, or kept as deleted.
create function private.is_barred(p_user_id uuid) returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
	return exists (
		select from auth.users as account
		where account.id = p_user_id and (account.deleted_at is not null or account.banned_until > now())
	) or exists (
		select from public.users as person where person.id = p_user_id and private.is_suspended(person)
	);
end;
$$;

-- There is always at least one active admin. As a trigger it holds for everybody: for admins, for people
-- who leave, for the secret key, and for whoever deletes accounts in the dashboard. After the lock it
-- sees what the one before it did.
-- definer because whoever deletes an account need not be able to read who is an admin.
create function private.keep_last_admin() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if private.is_suspended(old)
		or (tg_op = 'UPDATE' and new.role = 'admin' and not private.is_suspended(new)) then
		return case when tg_op = 'UPDATE' then new else old end;
	end if;

	perform private.lock_admins();
	if not exists (
		select from public.users as other
		join auth.users as account on account.id = other.id
		where other.role = 'admin'
			and other.id <> old.id
			and not private.is_suspended(other)
			and account.deleted_at is null
			and coalesce(account.banned_until <= now(), true)
			-- Who never confirmed the address cannot log in.
			and account.email_confirmed_at is not null
	) then
		raise exception 'the last active admin stays one' using errcode = 'PT409', hint = 'last_admin';
	end if;
	return case when tg_op = 'UPDATE' then new else old end;
end;
$$;

-- The account goes, and by foreign keys everything that belongs to it, in one transaction.
-- The database cannot check a password, but it can see that somebody logged in just now: so a token
-- that was stolen earlier deletes nobody.
create function private.delete_my_account() returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
begin
	if private.is_admin() then
		perform private.lock_admins();
	end if;
	perform from auth.users where id = v_user_id for no key update;
	if not found then
		-- Asked twice at once: it is done.
		return;
	end if;
	-- Whom an admin suspends meanwhile stays, and the suspension with them.
	perform private.require_active();
	if not exists (
		select from auth.sessions as session
		where session.id::text = auth.jwt() ->> 'session_id'
			and session.created_at > now() - interval '15 minutes'
	) then
		raise exception 'the log-in is too long ago to delete the account'
			using errcode = 'PT403', hint = 'log_in_again';
	end if;
	delete from auth.users where id = v_user_id;
end;
$$;

create function public.list_my_losses() returns jsonb
language sql stable
set search_path = ''
as $$ select private.list_my_losses(); $$;

create function public.list_my_sessions() returns jsonb
language sql stable
set search_path = ''
as $$ select private.list_my_sessions(); $$;

create function public.end_my_session(session_id uuid) returns boolean
language sql
set search_path = ''
as $$ select private.end_my_session($1); $$;

create function public.end_my_other_sessions() returns integer
language sql
set search_path = ''
as $$ select private.end_my_other_sessions(); $$;

create function public.export_my_data() returns jsonb
language sql stable
set search_path = ''
as $$ select private.export_my_data(); $$;

create function public.delete_my_account() returns void
language sql
set search_path = ''
as $$ select private.delete_my_account(); $$;

revoke execute on function
	private.require_active(),
	private.sessions_of(uuid),
	private.sign_in_methods_of(uuid),
	private.ask_features(text, uuid),
	private.losses_of(uuid),
	private.list_my_losses(), public.list_my_losses(),
	private.list_my_sessions(), public.list_my_sessions(),
	private.end_my_session(uuid), public.end_my_session(uuid),
	private.end_my_other_sessions(), public.end_my_other_sessions(),
	private.export_my_data(), public.export_my_data(),
	private.lock_admins(),
	private.is_suspended(public.users),
	private.is_barred(uuid),
	private.keep_last_admin(),
	private.delete_my_account(), public.delete_my_account()
	from public, anon, authenticated, service_role;
grant execute on function
	private.list_my_losses(), public.list_my_losses(),
	private.list_my_sessions(), public.list_my_sessions(),
	private.end_my_session(uuid), public.end_my_session(uuid),
	private.end_my_other_sessions(), public.end_my_other_sessions(),
	private.export_my_data(), public.export_my_data(),
	private.delete_my_account(), public.delete_my_account()
	to authenticated;

create trigger _300_last_admin before update of role, suspended_at, suspended_until or delete on public.users
	for each row when (old.role = 'admin')
	execute function private.keep_last_admin();
