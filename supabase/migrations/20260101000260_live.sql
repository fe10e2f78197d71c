-- Purpose: what happens to a person's things is told to their open pages, and what matters stays in a
--   list: the outbox of events that the app's stream /events is fed from, and notifications.
-- Depends on: registration, account.
-- To remove: remove whatever calls private.tell() or private.notify() first; then drop the functions
--   below, in public and in private, and both tables, src/lib/live, src/lib/features/notifications and
--   src/routes/events.
--
-- For a feature there are two calls, both in the transaction that does the thing, so that nothing is told
-- that did not happen:
--   perform private.tell(user_id, 'training', job_id, '{"progress": 0.4}')      open pages hear of it
--   perform private.notify(user_id, 'training.done', '{"model": "Iris"}')       it stands in the list, too
-- An event is a hint about how things were when it was written; nothing depends on its being heard.

-- The outbox. Events are read by everybody's feed within seconds and are of no use afterwards.
create table private.events (
	id bigint generated always as identity primary key,
	-- Numbers are given when events are written, but seen when their transactions are over, in another
	-- order. So what a reader has seen is remembered by transactions, never by id.
	tx xid8 not null default pg_current_xact_id(),
	user_id uuid not null references auth.users (id) on delete cascade,
	topic text not null,
	subject_id uuid,
	data jsonb not null,
	at timestamptz not null default clock_timestamp(),

	constraint events_topic_form check (topic ~ '^[a-z][a-z_.]{0,62}$'),
	constraint events_data_object check (jsonb_typeof(data) = 'object'),
	-- Progress and a few figures. A page that needs more asks for it.
	constraint events_data_length check (octet_length(data::text) <= 4000)
);

create table public.notifications (
	id uuid primary key default gen_random_uuid(),
	user_id uuid not null references auth.users (id) on delete cascade,
	-- What happened, such as training.done. The words for it are the app's.
	kind text not null,
	data jsonb not null default '{}',
	created_at timestamptz not null default now(),
	read_at timestamptz,

	constraint notifications_kind_form check (kind ~ '^[a-z][a-z_]{0,30}\.[a-z][a-z_]{0,30}$'),
	constraint notifications_data_object check (jsonb_typeof(data) = 'object'),
	constraint notifications_data_length check (octet_length(data::text) <= 2000)
);

comment on table public.notifications is
	'What a person should hear of, also later. Written by private.notify(); owners read, mark as read and delete their own, and nobody else sees them.';
comment on column public.notifications.data is
	'What the words for the kind need: names and ids.';

-- The feed's look for what is new.
create index events_tx on private.events (tx);
-- What one person missed; and the foreign key's.
create index events_user_id on private.events (user_id, tx);
-- The list, newest first; and the foreign key's.
create index notifications_newest on public.notifications (user_id, created_at desc, id desc);
-- The number in the header.
create index notifications_unread on public.notifications (user_id) where read_at is null;

alter table public.notifications enable row level security;

revoke all on table private.events, public.notifications from public, anon, authenticated, service_role;

grant select, delete on table public.notifications to authenticated;
grant update (read_at) on table public.notifications to authenticated;
-- Deliberately no insert: a notification says that something happened, so only what did it writes it.

grant select, insert, update, delete on table public.notifications to service_role;

-- Whatever another policy allows, it is allowed only while the session is alive and the person not suspended.
create policy all_active on public.notifications
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- People see their own. Admins do not see others': there is nothing in it that they could mend.
create policy select_own on public.notifications
	for select to authenticated
	using (user_id = (select private.user_id()));

-- People mark their own as read. The grant says that this is all they change.
create policy update_own on public.notifications
	for update to authenticated
	using (user_id = (select private.user_id()))
	with check (user_id = (select private.user_id()));

-- People delete their own.
create policy delete_own on public.notifications
	for delete to authenticated
	using (user_id = (select private.user_id()));

-- Tells a person's open pages. Whoever writes one event takes two old ones away, so the table holds what
-- the last quarter of an hour brought, whether anybody listens or not.
-- An account that is being deleted is told nothing, in this transaction or another, also when the deletion fails in
-- the end: nobody waits for that, as it takes all that the account has, and what happens to one person is not
-- stopped by another who leaves.
-- definer because the worker's role may not read auth.users, and needs no right to the outbox this way.
create function private.tell(p_user_id uuid, p_topic text, p_subject_id uuid, p_data jsonb default '{}') returns void
language plpgsql
security definer
set search_path = ''
set enable_seqscan = off
as $$
begin
	insert into private.events (user_id, topic, subject_id, data)
	select account.id, p_topic, p_subject_id, coalesce(p_data, '{}')
	from auth.users as account
	where account.id = p_user_id
	for key share skip locked;

	-- By the index, and with arrays, which are made once, whatever the planner believes. It may believe that there is no
	-- row, as the outbox is empty most of the time, and would read all of thousands with each event.
	delete from private.events
	where id = any (array(
		select old.id
		from private.events as old
		where old.id = any (array(select id from private.events order by id limit 10))
			and old.at < clock_timestamp() - interval '15 minutes'
		-- Those that somebody else is taking away are left to them: nobody waits here.
		limit 2
		for update skip locked
	));
end;
$$;

-- Puts something into a person's list, and their open pages hear of it by the trigger. The 500 newest are
-- kept. To nobody who is being deleted, as above.
-- definer because of the same.
create function private.notify(p_user_id uuid, p_kind text, p_data jsonb default '{}') returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	insert into public.notifications (user_id, kind, data)
	select account.id, p_kind, coalesce(p_data, '{}')
	from auth.users as account
	where account.id = p_user_id
	for key share skip locked;

	delete from public.notifications
	where id = any (array(
		select id
		from public.notifications
		where user_id = p_user_id
		order by created_at desc, id desc
		offset 500
		for update skip locked
	));
end;
$$;

-- definer, here and below, because people may not write events.
create function private.tell_of_notification() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.tell(
		new.user_id, 'notifications', new.id, jsonb_build_object('kind', new.kind, 'data', new.data)
	);
	return null;
end;
$$;

-- That some were read or deleted: in this tab or another, the number changes in all. One event, however
-- many rows.
create function private.tell_of_notifications() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.tell(changed.user_id, 'notifications', null)
	from (select distinct user_id from changed) as changed;
	return null;
end;
$$;

-- What a person takes along with their data.
create function private.export__notifications(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(
			jsonb_agg(
				jsonb_build_object(
					'kind', kind, 'data', data, 'created_at', created_at, 'read_at', read_at
				)
				order by created_at, id
			),
			'[]'
		)
		from public.notifications
		where user_id = p_user_id
	);
end;
$$;

-- The session of a person who opens the stream, from the token that the data API has verified, or a refusal with a
-- code of its own: whoever logs out may have opened a page a moment before, and a missing grant is something else.
-- definer because not every backend lets people into the schema auth.
create function private.live_session() returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	if not private.is_active() then
		raise exception 'no live session' using errcode = 'PT401';
	end if;
	return (auth.jwt() ->> 'session_id')::uuid;
end;
$$;

create function public.live_session() returns uuid
language sql stable
set search_path = ''
as $$ select private.live_session(); $$;

-- Whether events that came after a reader's last look may be gone by now. So may they when the database
-- is another one: a backup counts its transactions from further back.
create function private.may_have_missed(p_seen xid8, p_at timestamptz) returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
	return p_at < now() - interval '10 minutes' or p_seen > pg_snapshot_xmax(pg_current_snapshot());
end;
$$;

-- What somebody who opens the stream has to catch up with. p_since is the id of the last answer that they
-- had: the oldest transaction that was open then, and when; what that answer held of younger ones comes
-- again. Without it: the last minute, as the page may be a little older than its stream. Null when it
-- cannot be told: the page loads its data anew.
create function private.missed_events(p_user_id uuid, p_since text) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
	v_tx xid8 := '0';
	v_at timestamptz := now() - interval '1 minute';
	v_events jsonb;
begin
	if p_since is not null then
		-- It comes from a browser and may be anything.
		if p_since !~ '^\d{1,19}-\d{1,10}$' then
			return null;
		end if;
		v_tx := split_part(p_since, '-', 1)::xid8;
		if private.may_have_missed(v_tx, to_timestamp(split_part(p_since, '-', 2)::bigint)) then
			return null;
		end if;
		v_at := '-infinity';
	end if;

	select coalesce(jsonb_agg(to_jsonb(missed) - 'tx' order by missed.id), '[]') into v_events
	from (
		select *
		from private.events
		where user_id = p_user_id and tx >= v_tx and at >= v_at
		limit 501
	) as missed;
	return case when jsonb_array_length(v_events) <= 500 then v_events end;
end;
$$;

-- The one question of an app process for all of its open streams.
--   p_after     the cursor of its last answer, given back as it was; null at first
--   p_sessions  the sessions that its streams belong to
--   p_joining   streams that are being opened: [{"session": …, "since": the id of their last answer or null}]
-- The answer:
--   cursor      for the next time
--   id          for the browser, to come back with
--   events      what is new for the people of p_sessions
--   reload      true when something may be missing in between
--   ended       which of all the sessions must hear nothing any more: signed out, run out, or the account
--               deleted, banned or suspended. Rights are read here, at the moment of the answer.
--   joined      for each of p_joining, in their order: {"user_id": …, "missed": events or null}, or null
--   unread      by person, of those who join and of those with whom it may have changed
-- New is what is seen now and was not in the snapshot of the last answer. So nothing is left out, nobody
-- waits for somebody else's long transaction, and what one transaction after another did to one thing
-- comes in that order.
-- Stable: all statements in it see one snapshot, the one that the cursor is made of.
-- definer because the worker's role may read neither auth.sessions nor the outbox.
create function private.live_feed(p_after jsonb, p_sessions uuid[], p_joining jsonb) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
	v_now pg_snapshot := pg_current_snapshot();
	v_after pg_snapshot := coalesce((p_after ->> 'seen')::pg_snapshot, v_now);
	v_reload boolean := false;
	v_asked uuid[];
	v_alive jsonb;
	v_events jsonb;
	v_joined jsonb;
	v_unread jsonb;
begin
	if p_after is not null
		and private.may_have_missed(pg_snapshot_xmax(v_after), (p_after ->> 'at')::timestamptz) then
		v_reload := true;
		v_after := v_now;
	end if;

	v_asked := p_sessions || array(
		select (joining ->> 'session')::uuid from jsonb_array_elements(p_joining) as joining
	);
	-- The same conditions as in private.session_state(), for many.
	select coalesce(jsonb_object_agg(session.id, session.user_id), '{}') into v_alive
	from auth.sessions as session
	join auth.users as account on account.id = session.user_id
	left join public.users as person on person.id = account.id
	where session.id = any (v_asked)
		and (session.not_after is null or session.not_after > now())
		and account.deleted_at is null
		and (account.banned_until is null or account.banned_until <= now())
		and not coalesce(private.is_suspended(person), false);

	select coalesce(jsonb_agg(to_jsonb(event) - 'tx' order by event.id), '[]') into v_events
	from private.events as event
	where event.tx >= pg_snapshot_xmin(v_after)
		and not pg_visible_in_snapshot(event.tx, v_after)
		and event.user_id in (
			select (v_alive ->> session_id::text)::uuid from unnest(p_sessions) as session_id
		);

	select coalesce(
		jsonb_agg(
			case when v_alive ? (joining ->> 'session') then
				jsonb_build_object(
					'user_id', v_alive ->> (joining ->> 'session'),
					'missed', private.missed_events((v_alive ->> (joining ->> 'session'))::uuid, joining ->> 'since')
				)
			end
			order by rank
		),
		'[]'
	) into v_joined
	from jsonb_array_elements(p_joining) with ordinality as asked (joining, rank);

	select coalesce(jsonb_object_agg(person.user_id, person.unread), '{}') into v_unread
	from (
		select
			concerned.user_id,
			(
				select count(*)
				from public.notifications as notification
				where notification.user_id = concerned.user_id and notification.read_at is null
			) as unread
		from (
			select (joined ->> 'user_id')::uuid as user_id from jsonb_array_elements(v_joined) as joined
			union
			select (event ->> 'user_id')::uuid
			from jsonb_array_elements(v_events) as event
			where event ->> 'topic' = 'notifications'
		) as concerned
		where concerned.user_id is not null
	) as person;

	return jsonb_build_object(
		'cursor', jsonb_build_object('seen', v_now, 'at', now()),
		'id', format('%s-%s', pg_snapshot_xmin(v_now), floor(extract(epoch from now()))),
		'events', v_events,
		'reload', v_reload,
		'ended', (
			select coalesce(jsonb_agg(distinct session_id), '[]')
			from unnest(v_asked) as session_id
			where not v_alive ? session_id::text
		),
		'joined', v_joined,
		'unread', v_unread
	);
end;
$$;

create function public.live_feed(after jsonb, sessions uuid[], joining jsonb) returns jsonb
language sql stable
set search_path = ''
as $$ select private.live_feed($1, $2, $3); $$;

revoke execute on function
	private.tell(uuid, text, uuid, jsonb),
	private.notify(uuid, text, jsonb),
	private.tell_of_notification(),
	private.tell_of_notifications(),
	private.export__notifications(uuid),
	private.live_session(), public.live_session(),
	private.may_have_missed(xid8, timestamptz),
	private.missed_events(uuid, text),
	private.live_feed(jsonb, uuid[], jsonb), public.live_feed(jsonb, uuid[], jsonb)
	from public, anon, authenticated, service_role;
grant execute on function
	private.live_session(), public.live_session()
	to authenticated;
-- The worker tells of what it did.
grant execute on function
	private.tell(uuid, text, uuid, jsonb),
	private.notify(uuid, text, jsonb),
	private.live_feed(jsonb, uuid[], jsonb), public.live_feed(jsonb, uuid[], jsonb)
	to service_role;

create trigger _500_tell_of_new after insert on public.notifications
	for each row execute function private.tell_of_notification();
create trigger _500_tell_of_changed after update on public.notifications
	referencing new table as changed
	for each statement execute function private.tell_of_notifications();
create trigger _500_tell_of_deleted after delete on public.notifications
	referencing old table as changed
	for each statement execute function private.tell_of_notifications();
