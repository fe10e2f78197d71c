-- Purpose: registration that strands nobody. Every account in auth.users gets one profile in
--   public.users: from a trigger, else from the person's own insert, else from an admin's repair.
--   What went wrong on the way stands in public.registration_failures. It also answers the question
--   of every request: who is asking, and may they still ask?
-- Depends on: foundation.
-- To remove: this is the base of every other feature and is not removable by itself.

create table public.users (
	id uuid primary key references auth.users (id) on delete cascade,
	-- Not unique: single sign-on may give two accounts the same address. Null for people with a phone only.
	email text,
	-- The empty default never stays: _200_account takes the name from the account in its place.
	name text not null default '',
	role text not null default 'user',
	-- Clients cannot write this column: the default is what an insert by the person themselves gets.
	source text not null default 'fallback',
	avatar_hue smallint not null default floor(random() * 360),
	suspended_at timestamptz,
	suspended_until timestamptz,
	suspended_reason text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),

	constraint users_email_length check (char_length(email) <= 255),
	constraint users_name_length check (char_length(name) between 1 and 80),
	-- No control characters and nothing that turns the writing direction of the text around it.
	constraint users_name_readable check (
		name = btrim(name)
		and name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	),
	constraint users_role_known check (role in ('user', 'admin')),
	constraint users_source_known check (source in ('trigger', 'fallback', 'repair')),
	constraint users_avatar_hue_range check (avatar_hue between 0 and 359),
	constraint users_suspended_reason_length check (char_length(suspended_reason) <= 500),
	constraint users_suspension_whole check (
		case
			when suspended_at is null then suspended_until is null and suspended_reason is null
			else suspended_until is null or suspended_until > suspended_at
		end
	)
);

create table public.registration_failures (
	id uuid primary key default gen_random_uuid(),
	-- The trigger on auth.users may refer to the account that it is being run for: the row is there
	-- already, in the same transaction. With the account go the records of its troubles.
	user_id uuid not null references auth.users (id) on delete cascade,
	stage text not null,
	sqlstate text not null,
	message text not null,
	attempts integer not null default 1,
	occurred_at timestamptz not null default now(),
	last_occurred_at timestamptz not null default now(),
	resolved_at timestamptz,
	resolved_by text,

	constraint registration_failures_stage_known check (stage in ('trigger', 'fallback', 'email', 'repair')),
	-- The data API has codes of its own for what it finds out before it asks PostgreSQL.
	constraint registration_failures_sqlstate_form check (sqlstate ~ '^([0-9A-Z]{5}|PGRST[0-9A-Z]{3})$'),
	constraint registration_failures_message_length check (char_length(message) <= 500),
	constraint registration_failures_resolved_by_known check (resolved_by in ('trigger', 'fallback', 'repair')),
	constraint registration_failures_resolution_whole check ((resolved_at is null) = (resolved_by is null))
);

-- Where a session was begun: what the app saw of the browser. The auth server sees the app, and the embedded one
-- keeps neither.
create table private.session_origins (
	session_id uuid primary key references auth.sessions (id) on delete cascade,
	user_agent text,
	ip inet,

	constraint session_origins_user_agent_length check (char_length(user_agent) <= 500)
);

comment on table public.users is
	'The profile of an account: one row for each row of auth.users. Owners read it and change name and avatar; admins read all.';
comment on column public.users.email is
	'Follows auth.users.email by trigger and cannot be written by clients.';
comment on column public.users.source is
	'Which of the three ways made this profile: the trigger, the fallback of the app, or a repair by an admin.';
comment on table public.registration_failures is
	'Why a profile could not be made or kept in step. Written by triggers and by report_registration_failure(), read by admins.';
comment on column public.registration_failures.stage is
	'trigger: on_auth_user_created; fallback: the insert by the app; email: on_auth_user_email_changed; repair: by an admin.';

-- One open failure for a person and a stage: trying again counts up instead of filling the table. It
-- also is the index that the foreign key's cascade needs, as far as rows are open …
create unique index registration_failures_open on public.registration_failures (user_id, stage)
	where resolved_at is null;
-- … and this one serves it for the resolved ones.
create index registration_failures_user_id on public.registration_failures (user_id);
-- The admins' list, newest first.
create index registration_failures_last_occurred_at on public.registration_failures (last_occurred_at desc);

alter table public.users enable row level security;
alter table public.registration_failures enable row level security;

revoke all on table public.users, public.registration_failures, private.session_origins from public, anon, authenticated, service_role;

grant select on table public.users to authenticated;
-- A person says which account the profile is for, and the policy says that it must be their own.
-- Everything else comes from the account (trigger _200_account) or from a default: an insert has no
-- way to carry a role, a foreign email or a false source.
grant insert (id) on table public.users to authenticated;
grant update (name, avatar_hue) on table public.users to authenticated;
-- Deliberately no delete: an account is deleted in auth.users, and the profile goes with it.

grant select on table public.registration_failures to authenticated;

grant select, insert, update, delete on table public.users, public.registration_failures to service_role;

-- Who is asking: everything that the database knows about the token of this request, in one look.
-- alive: the session of the token has not been signed out and has not run out, and the account has been
-- neither deleted nor banned. Read from the tables at the moment of use, so a stolen token dies with its
-- session; and a dead one is told nothing but that.
-- PL/pgSQL, because its plan is kept.
-- definer because nobody but the owner may read auth.sessions and auth.users, and because a policy on
-- public.users that reads public.users as the person would recurse (42P17).
create function private.session_state(
	out user_id uuid,
	out alive boolean,
	out email text,
	out email_confirmed boolean,
	out suspended boolean,
	out suspended_until timestamptz,
	out suspended_reason text,
	out origin_noted boolean,
	out role text,
	out profile jsonb
)
language plpgsql
stable parallel safe
security definer
set search_path = ''
as $$
declare
	-- Read once: the claims are JSON, and reading that takes longer than finding a row.
	v_claims jsonb := auth.jwt();
begin
	user_id := v_claims ->> 'sub';

	select
		account.email,
		account.email_confirmed_at is not null,
		person.suspended_at is not null
			and (person.suspended_until is null or person.suspended_until > now()),
		person.suspended_until,
		person.suspended_reason,
		exists (select from private.session_origins as origin where origin.session_id = session.id),
		person.role,
		case when person.id is not null then
			jsonb_build_object(
				'id', person.id,
				'name', person.name,
				'role', person.role,
				'source', person.source,
				'avatar_hue', person.avatar_hue,
				'created_at', person.created_at
			)
		end
	into email, email_confirmed, suspended, suspended_until, suspended_reason, origin_noted, role, profile
	from auth.sessions as session
	join auth.users as account on account.id = session.user_id
	left join public.users as person on person.id = account.id
	where session.id = (v_claims ->> 'session_id')::uuid
		and session.user_id = session_state.user_id
		and (session.not_after is null or session.not_after > now())
		and account.deleted_at is null
		and (account.banned_until is null or account.banned_until <= now());

	alive := found;
	if not alive then
		email_confirmed := false;
		suspended := false;
	end if;

	-- A suspension that is over is nobody's business any more.
	if not suspended then
		suspended_until := null;
		suspended_reason := null;
	end if;
end;
$$;

-- Finds the few who are suspended among very many: with every statement somebody is looked for in it.
create index users_suspended on public.users (id) where suspended_at is not null;

-- The question of every restrictive policy. A person without a profile is active: they are about to
-- insert it.
-- The same as alive and not suspended above, asked by itself: every statement of everybody waits for it, so it
-- finds three rows by their keys and reads nothing else.
-- definer because of the same.
create function private.is_active() returns boolean
language plpgsql
stable parallel safe
security definer
set search_path = ''
as $$
declare
	v_claims jsonb := auth.jwt();
	v_user_id uuid := (v_claims ->> 'sub')::uuid;
	v_session_id uuid := (v_claims ->> 'session_id')::uuid;
begin
	return exists (
		select
		from auth.sessions as session
		where session.id = v_session_id
			and session.user_id = v_user_id
			and (session.not_after is null or session.not_after > now())
	) and exists (
		select
		from auth.users as account
		where account.id = v_user_id
			and account.deleted_at is null
			and (account.banned_until is null or account.banned_until <= now())
	) and not exists (
		select
		from public.users as person
		where person.id = v_user_id
			and person.suspended_at is not null
			and (person.suspended_until is null or person.suspended_until > now())
	);
end;
$$;

-- An admin who is suspended or signed out is no admin: functions for admins may ask this alone.
-- The role first: policies ask this of everybody, and for most people that is the end of it.
-- definer because of the same.
create function private.is_admin() returns boolean
language plpgsql
stable parallel safe
security definer
set search_path = ''
as $$
begin
	return exists (
		select from public.users as person where person.id = auth.uid() and person.role = 'admin'
	) and private.is_active();
end;
$$;

-- The API's face of it. Invoker, so that no definer function can be called over the API.
create function public.is_admin() returns boolean
language sql
stable
set search_path = ''
as $$
	select private.is_admin();
$$;

-- Before there is a profile and during a suspension too, so that the page can say what is the matter.
create function private.me() returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
	v_state record := private.session_state();
begin
	return jsonb_build_object(
		'id', v_state.user_id,
		'alive', v_state.alive,
		'email', v_state.email,
		'email_confirmed', v_state.email_confirmed,
		'suspended', v_state.suspended,
		'suspended_until', v_state.suspended_until,
		'suspended_reason', v_state.suspended_reason,
		'origin_noted', v_state.origin_noted,
		'profile', v_state.profile
	);
end;
$$;

-- Once a session, by the app, at its first page. Whoever tells lies here deceives themselves.
-- definer because nobody but the owner may write what is kept here.
create function private.note_my_session(p_user_agent text, p_ip text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	if not private.is_active() then
		raise exception 'no live session' using errcode = 'insufficient_privilege';
	end if;
	insert into private.session_origins (session_id, user_agent, ip)
	values (
		(auth.jwt() ->> 'session_id')::uuid,
		left(p_user_agent, 500),
		case when p_ip ~ '^[0-9a-fA-F:.]{2,45}$' then p_ip::inet end
	)
	on conflict (session_id) do nothing;
end;
$$;

create function public.note_my_session(user_agent text, ip text) returns void
language sql
set search_path = ''
as $$ select private.note_my_session($1, $2); $$;

-- One call answers who is asking. A feature that every page needs something of adds it here, in its own
-- migration: that spares each page a call. Stable, so that PostgREST serves it to a GET.
create function public.me() returns jsonb
language sql
stable
set search_path = ''
as $$
	select private.me();
$$;

comment on function public.me() is
	'Who is asking: id, alive, email, email_confirmed, suspended, suspended_until, suspended_reason, and the profile or null.';

revoke execute on function
	private.session_state(), private.is_active(), private.is_admin(), public.is_admin(), private.me(), public.me(),
	private.note_my_session(text, text), public.note_my_session(text, text)
	from public, anon, authenticated, service_role;
grant execute on function
	private.session_state(), private.is_active(), private.is_admin(), public.is_admin(), private.me(), public.me(),
	private.note_my_session(text, text), public.note_my_session(text, text)
	to authenticated;

-- Whatever another policy allows, it is allowed only while the session is alive and the person not suspended.
create policy all_active on public.users
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- People see their own profile, admins see all. Admins first: whoever counts all people takes no id out of a row.
create policy select_own_or_admin on public.users
	for select to authenticated
	using ((select private.is_admin()) or id = (select private.user_id()));

-- People make their own profile. Nothing here asks whether it is there already: WITH CHECK is applied
-- before ON CONFLICT is looked at, so such a condition breaks the very retry that it is meant to make
-- safe. That there is one profile for an account is the primary key's job.
create policy insert_own on public.users
	for insert to authenticated
	with check (id = (select private.user_id()));

-- People change their own profile and cannot hand it to somebody else. The grants say which columns.
create policy update_own on public.users
	for update to authenticated
	using (id = (select private.user_id()))
	with check (id = (select private.user_id()));

-- As above.
create policy all_active on public.registration_failures
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- Admins see what went wrong. Nobody writes here over the API: there is no grant and no policy for it.
create policy select_admin on public.registration_failures
	for select to authenticated
	using ((select private.is_admin()));

-- Makes a name of whatever the metadata of an account holds: any JSON type, any length, any script.
-- Takes the first key that gives something to read, else the part of the address before the @.
-- Never fails on any input, and what it returns always satisfies the constraints of users.name.
create function private.name_for(p_metadata jsonb, p_email text) returns text
language plpgsql
immutable parallel safe
set search_path = ''
as $$
declare
	v_candidate text;
	v_name text;
begin
	for v_candidate in
		select case
			when candidate.source = 'email' then split_part(p_email, '@', 1)
			when jsonb_typeof(p_metadata -> candidate.source) in ('string', 'number') then p_metadata ->> candidate.source
		end
		-- 'name' is what the app sends; the others are what OAuth providers send.
		from unnest(array['name', 'full_name', 'user_name', 'preferred_username', 'email'])
			with ordinality as candidate (source, rank)
		order by candidate.rank
	loop
		-- Cut first: a megabyte of name is not worth a regular expression. Then every run of spaces and
		-- control characters becomes one space.
		v_name := regexp_replace(
			left(v_candidate, 1000),
			'[\s\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000]+', ' ', 'g'
		);
		v_name := btrim(left(btrim(v_name), 80));

		-- Something to see must be left when the characters without a shape are taken away: soft
		-- hyphens, fillers, joiners, variation selectors. Inside a name they are welcome (emoji, Persian).
		if v_name ~ '[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]' then
			return v_name;
		end if;
	end loop;

	return 'Someone';
end;
$$;

-- Keeps a failure where an admin sees it, and never fails itself. Called by definer functions only, so
-- that it needs to be none.
-- lock_timeout: waiting for a locked table must not use up the time that the sign-up has.
create function private.record_registration_failure(
	p_user_id uuid,
	p_stage text,
	p_sqlstate text,
	p_message text
) returns void
language plpgsql
set search_path = ''
set lock_timeout = '2s'
as $$
begin
	insert into public.registration_failures as failure (user_id, stage, sqlstate, message)
	values (p_user_id, p_stage, p_sqlstate, left(p_message, 500))
	on conflict (user_id, stage) where resolved_at is null
	do update set
		sqlstate = excluded.sqlstate,
		message = excluded.message,
		attempts = failure.attempts + 1,
		last_occurred_at = now();
exception when others then
	raise warning 'registration: stage % failed for account % with % (%), which could not be recorded: % (%)',
		p_stage, p_user_id, p_sqlstate, left(p_message, 500), sqlstate, sqlerrm;
end;
$$;

-- Makes the profile when an account is made. It cannot fail the sign-up: an error that left this
-- function would take the account with it ("Database error saving new user"), and there would be
-- nothing left for the fallback to fall back on. So every error is caught, once, around the whole
-- body (a block costs a subtransaction), and recorded.
-- `on conflict do nothing` would not be enough: it handles one error of many.
-- definer because the auth server's role, who fires it, has no rights in public.
create function public.handle_new_user() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
	insert into public.users (id, source) values (new.id, 'trigger')
	on conflict (id) do nothing;
	return null;
exception when others then
	perform private.record_registration_failure(new.id, 'trigger', sqlstate, sqlerrm);
	return null;
end;
$$;

-- The address of the profile follows that of the account. It cannot fail the change either.
-- definer because of the same.
create function private.follow_email() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
	update public.users set email = new.email where id = new.id;
	return null;
exception when others then
	perform private.record_registration_failure(new.id, 'email', sqlstate, sqlerrm);
	return null;
end;
$$;

-- Fills a new profile from the account it belongs to, whoever inserts it: the trigger, the person, an
-- admin's repair. So there is one place that knows how, and an address cannot be forged.
-- definer because nobody but the owner may read auth.users. It reads the row of new.id before the
-- policy is asked, but what it found is thrown away when the policy says no.
create function private.fill_profile() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_account record;
begin
	select account.email, account.raw_user_meta_data as metadata into v_account
	from auth.users as account
	where account.id = new.id;

	-- Deleted between the log-in and this insert. Policies are asked before foreign keys and would
	-- answer 42501, as if the installation were at fault. Only about oneself: nobody is told which
	-- accounts exist.
	if not found and new.id = auth.uid() then
		raise exception 'the account % does not exist any more', new.id
			using errcode = 'foreign_key_violation';
	end if;

	new.email := v_account.email;
	new.name := coalesce(nullif(new.name, ''), private.name_for(v_account.metadata, v_account.email));
	return new;
end;
$$;

-- A profile that was made after all resolves what went wrong before, and an address that follows
-- again resolves that it did not. Bookkeeping: it must not cost anybody their profile.
-- definer because the person who inserts may not write failures.
create function private.resolve_registration_failures() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
	update public.registration_failures
	set resolved_at = now(),
		resolved_by = case when tg_op = 'INSERT' then new.source else 'trigger' end
	where user_id = new.id
		and resolved_at is null
		and (tg_op = 'INSERT' or stage = 'email');
	return null;
exception when others then
	raise warning 'registration: the failures of account % could not be marked as resolved: % (%)',
		new.id, sqlstate, sqlerrm;
	return null;
end;
$$;

-- The app tells why it could not insert the profile of the person who is asking: one open row for a
-- person, however often it is called, and none when there is a profile.
-- definer because nobody may write failures over the API.
create function private.report_registration_failure(p_sqlstate text, p_message text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	if not private.is_active() then
		raise exception 'no live session' using errcode = 'insufficient_privilege';
	end if;
	if p_sqlstate is null or p_sqlstate !~ '^([0-9A-Z]{5}|PGRST[0-9A-Z]{3})$' then
		raise exception 'not a SQLSTATE' using errcode = 'invalid_parameter_value';
	end if;

	if not exists (select from public.users as person where person.id = auth.uid()) then
		perform private.record_registration_failure(
			auth.uid(), 'fallback', p_sqlstate,
			regexp_replace(left(coalesce(p_message, ''), 500), '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]', ' ', 'g')
		);
	end if;
end;
$$;

create function public.report_registration_failure(sqlstate text, message text) returns void
language sql
set search_path = ''
as $$
	select private.report_registration_failure($1, $2);
$$;

revoke execute on function
	public.handle_new_user(),
	public.report_registration_failure(text, text),
	private.name_for(jsonb, text),
	private.record_registration_failure(uuid, text, text, text),
	private.report_registration_failure(text, text),
	private.follow_email(),
	private.fill_profile(),
	private.resolve_registration_failures()
	from public, anon, authenticated, service_role;
grant execute on function
	public.report_registration_failure(text, text),
	private.report_registration_failure(text, text)
	to authenticated;

create trigger _100_timestamps before update on public.users
	for each row execute function private.touch_updated_at();
create trigger _200_account before insert on public.users
	for each row execute function private.fill_profile();
create trigger _500_resolve_failures after insert or update of email on public.users
	for each row execute function private.resolve_registration_failures();

-- `or replace`, because on a hosted project the schema auth belongs to somebody else: triggers on its
-- tables can be made and replaced there, but not dropped.
create or replace trigger on_auth_user_created
	after insert on auth.users
	for each row execute function public.handle_new_user();
create or replace trigger on_auth_user_email_changed
	after update of email on auth.users
	for each row when (old.email is distinct from new.email)
	execute function private.follow_email();
