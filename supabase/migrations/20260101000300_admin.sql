-- Purpose: what admins do to people, and the log of it. Every act is a definer function in private that
--   asks itself whether an admin is calling, behind an invoker wrapper in public, and writes the audit
--   log in the same transaction.
-- Depends on: registration, account.
-- To remove: remove admin_list first; then drop the trigger _800_departure, the functions below, in public
--   and in private, the table public.audit_log, and src/lib/features/admin.

create table public.audit_log (
	id bigint generated always as identity primary key,
	at timestamptz not null default now(),
	act text not null,
	-- 'app': an admin who is logged in. 'command line': whoever holds the secret key; then there is no actor.
	via text not null default 'app',
	-- Deliberately no foreign keys: the log outlives the people in it, under the addresses they had then.
	actor_id uuid,
	actor_email text,
	subject_id uuid,
	subject_email text,
	before jsonb,
	after jsonb,
	reason text,
	request_id text,

	constraint audit_log_via_known check (via in ('app', 'command line')),
	constraint audit_log_actor_known check (via <> 'app' or actor_id is not null),
	constraint audit_log_reason_length check (char_length(reason) <= 500),
	constraint audit_log_request_id_length check (char_length(request_id) <= 100)
);

comment on table public.audit_log is
	'Every act of an admin: who, on whom, what, before and after. It only grows, and outlives the people in it.';

-- The log by person, and by act. In the order of its ids it is the newest first.
create index audit_log_subject_id on public.audit_log (subject_id, id);
create index audit_log_actor_id on public.audit_log (actor_id, id);
create index audit_log_act on public.audit_log (act, id);

alter table public.audit_log enable row level security;

revoke all on table public.audit_log from public, anon, authenticated, service_role;
-- Deliberately nothing but select, also for the service role: only the functions below write.
grant select on table public.audit_log to authenticated, service_role;

-- As on every table: only while the session is alive and the person not suspended.
create policy all_active on public.audit_log
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- Admins read the log. It has nothing to say to anybody else.
create policy select_admin on public.audit_log
	for select to authenticated
	using ((select private.is_admin()));

-- For those whom no missing grant stops.
create function private.refuse_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	raise exception '% only grows', tg_table_name using errcode = 'insufficient_privilege';
end;
$$;

-- The caller's word for it, and nothing depends on it.
create function private.request_id() returns text
language sql
stable
set search_path = ''
as $$
	select left(nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id', 100);
$$;

create function private.require_admin() returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
	if not private.is_admin() then
		raise exception 'only an admin may do this' using errcode = 'insufficient_privilege';
	end if;
	return auth.uid();
end;
$$;

-- Writes one line.
create function private.audit(
	p_act text,
	p_subject_id uuid,
	p_subject_email text,
	p_before jsonb default null,
	p_after jsonb default null,
	p_reason text default null,
	p_via text default 'app'
) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_actor_id uuid := case when p_via = 'app' then auth.uid() end;
begin
	insert into public.audit_log
		(act, via, actor_id, actor_email, subject_id, subject_email, before, after, reason, request_id)
	values (
		p_act, p_via, v_actor_id, (select email from auth.users where id = v_actor_id),
		p_subject_id, p_subject_email, p_before, p_after, nullif(btrim(p_reason), ''),
		private.request_id()
	);
end;
$$;

-- Whose account it is, locked until the act is over: an account that is deleted meanwhile is missed here
-- and not halfway through.
create function private.require_account(p_user_id uuid, out id uuid, out email text)
language plpgsql
set search_path = ''
as $$
begin
	select account.id, account.email into id, email
	from auth.users as account
	where account.id = p_user_id and account.deleted_at is null
	for no key update;
	if not found then
		raise exception 'there is no such account' using errcode = 'PT404', hint = 'no_account';
	end if;
end;
$$;

-- The account that an admin acts on. Whoever was demoted, suspended or signed out while they waited for it is no
-- admin any more.
create function private.require_subject(p_user_id uuid, out id uuid, out email text)
language plpgsql
set search_path = ''
as $$
begin
	select account.id, account.email into id, email from private.require_account(p_user_id) as account;
	perform private.require_admin();
end;
$$;

-- Before an act that takes an admin's rights away or gives them back. Asked a second time behind the lock: of
-- two admins who demote each other, the second is none any more.
create function private.require_admin_over(p_user_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform private.require_admin();
	perform private.lock_admins();
	perform private.require_admin();
	if p_user_id = auth.uid() then
		raise exception 'nobody does this to themselves' using errcode = 'PT409', hint = 'yourself';
	end if;
end;
$$;

create function private.require_profile(p_user_id uuid) returns public.users
language plpgsql
set search_path = ''
as $$
declare
	v_person public.users;
begin
	select person.* into v_person from public.users as person where person.id = p_user_id for no key update;
	if not found then
		raise exception 'the account has no profile yet' using errcode = 'PT409', hint = 'profile_missing';
	end if;
	return v_person;
end;
$$;

create function private.end_sessions_of(p_user_id uuid) returns integer
language plpgsql
set search_path = ''
as $$
declare
	v_count integer;
begin
	delete from auth.sessions where user_id = p_user_id;
	get diagnostics v_count = row_count;
	return v_count;
end;
$$;

-- What the log keeps of a suspension.
create function private.suspension_of(p_person public.users) returns jsonb
language sql
stable
set search_path = ''
as $$
	select jsonb_build_object(
		'suspended', private.is_suspended($1),
		'until', ($1).suspended_until,
		'reason', ($1).suspended_reason
	);
$$;

-- definer, here and in every act below, because nobody but the owner may write roles and suspensions,
-- the tables in auth, and the log.
create function private.admin_set_role(p_user_id uuid, p_role text, p_reason text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
	v_person public.users;
begin
	perform private.require_admin_over(case when p_role is distinct from 'admin' then p_user_id end);
	if p_role is null or p_role not in ('user', 'admin') then
		raise exception 'there is no such role' using errcode = 'invalid_parameter_value';
	end if;
	v_account := private.require_subject(p_user_id);
	v_person := private.require_profile(p_user_id);
	if v_person.role = p_role then
		return false;
	end if;
	if p_role = 'admin' and not exists (
		select from auth.users where id = p_user_id and email_confirmed_at is not null
	) then
		raise exception 'their email is not confirmed' using errcode = 'PT409', hint = 'not_confirmed';
	end if;

	update public.users set role = p_role where id = p_user_id;
	perform private.audit(
		'role_set', v_account.id, v_account.email,
		jsonb_build_object('role', v_person.role), jsonb_build_object('role', p_role), p_reason
	);
	return true;
end;
$$;

-- Ends every session at once, and with it every token, whatever is left of its time. To suspend somebody
-- who is suspended changes the reason and the end.
create function private.admin_suspend_user(p_user_id uuid, p_reason text, p_until timestamptz) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
	v_before public.users;
	v_after public.users;
	v_count integer;
begin
	perform private.require_admin_over(p_user_id);
	if p_until <= now() then
		raise exception 'a suspension ends in the future' using errcode = 'invalid_parameter_value';
	end if;
	if nullif(btrim(p_reason), '') is null or char_length(btrim(p_reason)) > 500 then
		raise exception 'a suspension has a reason of at most 500 characters' using errcode = 'invalid_parameter_value';
	end if;
	v_account := private.require_subject(p_user_id);
	v_before := private.require_profile(p_user_id);

	update public.users
	set suspended_at = now(), suspended_until = p_until, suspended_reason = btrim(p_reason)
	where id = p_user_id
	returning * into v_after;
	v_count := private.end_sessions_of(p_user_id);
	perform private.audit(
		'suspended', v_account.id, v_account.email,
		private.suspension_of(v_before),
		private.suspension_of(v_after) || jsonb_build_object('sessions_ended', v_count),
		p_reason
	);
	return v_count;
end;
$$;

-- Nobody restores themselves, and whoever is being suspended waits until they are no admin any more.
create function private.admin_restore_user(p_user_id uuid, p_reason text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
	v_before public.users;
	v_after public.users;
begin
	perform private.require_admin_over(p_user_id);
	v_account := private.require_subject(p_user_id);
	v_before := private.require_profile(p_user_id);
	if v_before.suspended_at is null then
		return false;
	end if;

	update public.users
	set suspended_at = null, suspended_until = null, suspended_reason = null
	where id = p_user_id
	returning * into v_after;
	perform private.audit(
		'restored', v_account.id, v_account.email,
		private.suspension_of(v_before), private.suspension_of(v_after), p_reason
	);
	return true;
end;
$$;

create function private.admin_end_session(p_session_id uuid, p_reason text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_session record;
begin
	perform private.require_admin();
	perform from auth.sessions where id = p_session_id for update;
	perform private.require_admin();
	delete from auth.sessions as session
	using auth.users as account
	where session.id = p_session_id and account.id = session.user_id
	returning session.id, session.created_at, account.id as user_id, account.email into v_session;
	if not found then
		return false;
	end if;

	perform private.audit(
		'session_ended', v_session.user_id, v_session.email,
		jsonb_build_object('session', v_session.id, 'since', v_session.created_at), null, p_reason
	);
	return true;
end;
$$;

create function private.admin_end_sessions(p_user_id uuid, p_reason text) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
	v_count integer;
begin
	perform private.require_admin();
	v_account := private.require_subject(p_user_id);
	v_count := private.end_sessions_of(p_user_id);
	if v_count > 0 then
		perform private.audit(
			'sessions_ended', v_account.id, v_account.email,
			jsonb_build_object('sessions', v_count), jsonb_build_object('sessions', 0), p_reason
		);
	end if;
	return v_count;
end;
$$;

-- p_email is what the admin typed to confirm whom they mean.
create function private.admin_delete_user(p_user_id uuid, p_email text, p_reason text) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
begin
	perform private.require_admin_over(p_user_id);
	v_account := private.require_subject(p_user_id);
	if lower(btrim(coalesce(p_email, ''))) <> lower(coalesce(v_account.email, '')) then
		raise exception 'this is not the address of the account' using errcode = 'PT409', hint = 'email_differs';
	end if;

	perform private.audit(
		'deleted', v_account.id, v_account.email,
		(
			select jsonb_build_object(
				'name', person.name, 'role', person.role,
				'suspended', private.is_suspended(person), 'created_at', person.created_at
			)
			from public.users as person where person.id = p_user_id
		),
		null, p_reason
	);
	delete from auth.users where id = p_user_id;
end;
$$;

-- Acts that the app does through the auth server. The log takes the app's word for them.
create function private.admin_record(p_act text, p_user_id uuid, p_email text, p_reason text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_admin();
	if p_act is null or p_act not in ('recovery_sent', 'confirmation_resent', 'invited') then
		raise exception 'there is no such act to record' using errcode = 'invalid_parameter_value';
	end if;
	if p_user_id is null and nullif(btrim(p_email), '') is null then
		raise exception 'an act is done to somebody' using errcode = 'invalid_parameter_value';
	end if;
	perform private.audit(
		p_act, p_user_id,
		coalesce((select email from auth.users where id = p_user_id), left(btrim(p_email), 255)),
		null, null, p_reason
	);
end;
$$;

-- Whoever deletes their own account is known to the log by their id alone: that an account went, and that
-- it was nobody else's doing, is all that admins need, and a name or an address would stay for ever.
-- definer because the auth server's role, in whose name the profile goes with the account, has no rights here.
create function private.note_departure() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	if old.id = auth.uid() then
		insert into public.audit_log (act, actor_id, subject_id, before, request_id)
		values (
			'left', old.id, old.id,
			jsonb_build_object('role', old.role, 'created_at', old.created_at), private.request_id()
		);
	end if;
	return null;
end;
$$;

-- The first admin has nobody to make them one: whoever holds the secret key or the database does. Says
-- what is in the way, and makes the profile where it is missing.
create function private.make_admin(p_email text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_ids uuid[];
	v_account record;
	v_person public.users;
begin
	perform private.lock_admins();
	v_ids := array(
		select account.id from auth.users as account
		where account.email = lower(btrim(p_email)) and account.deleted_at is null
	);
	if cardinality(v_ids) > 1 then
		raise exception 'several accounts have this address' using errcode = 'PT409', hint = 'several_accounts';
	end if;
	v_account := private.require_account(v_ids[1]);
	if not exists (select from auth.users where id = v_account.id and email_confirmed_at is not null) then
		raise exception 'the address has not been confirmed' using errcode = 'PT409', hint = 'not_confirmed';
	end if;
	insert into public.users (id, source) values (v_account.id, 'repair') on conflict (id) do nothing;
	v_person := private.require_profile(v_account.id);
	if private.is_suspended(v_person) then
		raise exception 'the account is suspended' using errcode = 'PT409', hint = 'suspended';
	end if;
	if v_person.role = 'admin' then
		return false;
	end if;

	update public.users set role = 'admin' where id = v_account.id;
	perform private.audit(
		'role_set', v_account.id, v_account.email,
		jsonb_build_object('role', v_person.role), jsonb_build_object('role', 'admin'), null, 'command line'
	);
	return true;
end;
$$;

-- A part of what a person can take with them: what admins did to them, and what they did as an admin.
create function private.export__admin(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'done_to_me', (
			select coalesce(
				jsonb_agg(to_jsonb(line) - array['actor_id', 'actor_email', 'request_id'] order by line.id), '[]'
			)
			from public.audit_log as line where line.subject_id = p_user_id
		),
		'done_by_me', (
			select coalesce(
				jsonb_agg(to_jsonb(line) - array['subject_email', 'before', 'after', 'reason'] order by line.id), '[]'
			)
			from public.audit_log as line where line.actor_id = p_user_id
		)
	);
end;
$$;

create function public.admin_set_role(user_id uuid, role text, reason text default null) returns boolean
language sql
set search_path = ''
as $$ select private.admin_set_role($1, $2, $3); $$;

create function public.admin_suspend_user(user_id uuid, reason text, until timestamptz default null) returns integer
language sql
set search_path = ''
as $$ select private.admin_suspend_user($1, $2, $3); $$;

create function public.admin_restore_user(user_id uuid, reason text default null) returns boolean
language sql
set search_path = ''
as $$ select private.admin_restore_user($1, $2); $$;

create function public.admin_end_session(session_id uuid, reason text default null) returns boolean
language sql
set search_path = ''
as $$ select private.admin_end_session($1, $2); $$;

create function public.admin_end_sessions(user_id uuid, reason text default null) returns integer
language sql
set search_path = ''
as $$ select private.admin_end_sessions($1, $2); $$;

create function public.admin_delete_user(user_id uuid, email text, reason text default null) returns void
language sql
set search_path = ''
as $$ select private.admin_delete_user($1, $2, $3); $$;

create function public.admin_record(act text, user_id uuid default null, email text default null, reason text default null) returns void
language sql
set search_path = ''
as $$ select private.admin_record($1, $2, $3, $4); $$;

create function public.make_admin(email text) returns boolean
language sql
set search_path = ''
as $$ select private.make_admin($1); $$;

revoke execute on function
	private.refuse_change(),
	private.request_id(),
	private.note_departure(),
	private.require_admin(),
	private.audit(text, uuid, text, jsonb, jsonb, text, text),
	private.require_account(uuid),
	private.require_subject(uuid),
	private.require_admin_over(uuid),
	private.require_profile(uuid),
	private.end_sessions_of(uuid),
	private.suspension_of(public.users),
	private.admin_set_role(uuid, text, text), public.admin_set_role(uuid, text, text),
	private.admin_suspend_user(uuid, text, timestamptz), public.admin_suspend_user(uuid, text, timestamptz),
	private.admin_restore_user(uuid, text), public.admin_restore_user(uuid, text),
	private.admin_end_session(uuid, text), public.admin_end_session(uuid, text),
	private.admin_end_sessions(uuid, text), public.admin_end_sessions(uuid, text),
	private.admin_delete_user(uuid, text, text), public.admin_delete_user(uuid, text, text),
	private.admin_record(text, uuid, text, text), public.admin_record(text, uuid, text, text),
	private.make_admin(text), public.make_admin(text),
	private.export__admin(uuid)
	from public, anon, authenticated, service_role;
grant execute on function
	private.admin_set_role(uuid, text, text), public.admin_set_role(uuid, text, text),
	private.admin_suspend_user(uuid, text, timestamptz), public.admin_suspend_user(uuid, text, timestamptz),
	private.admin_restore_user(uuid, text), public.admin_restore_user(uuid, text),
	private.admin_end_session(uuid, text), public.admin_end_session(uuid, text),
	private.admin_end_sessions(uuid, text), public.admin_end_sessions(uuid, text),
	private.admin_delete_user(uuid, text, text), public.admin_delete_user(uuid, text, text),
	private.admin_record(text, uuid, text, text), public.admin_record(text, uuid, text, text)
	to authenticated;
-- An admin makes admins with admin_set_role. This one is for whoever has the secret key, and for nobody else.
grant execute on function private.make_admin(text), public.make_admin(text) to service_role;

create trigger _800_departure after delete on public.users
	for each row execute function private.note_departure();
create trigger _100_append_only before update or delete on public.audit_log
	for each row execute function private.refuse_change();
create trigger _100_append_only_whole before truncate on public.audit_log
	for each statement execute function private.refuse_change();
