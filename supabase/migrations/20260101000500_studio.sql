-- Purpose: share cards. The app asks for a card in a person's name, with the secret key and after it has
--   verified the person with the auth server; a worker draws it; its owner may give it a public link.
-- Depends on: foundation, registration, account, jobs, live.
-- To remove: drop the functions below, in public and in private, and the table public.studio_jobs, with the
--   trigger _500_studio on private.jobs; and src/lib/features/studio, its pages, its task and its line in
--   the nav.
--
-- What a card shows is a copy, made when it was asked for, of what the person could read then. So nothing
-- here refers to another feature's tables, and a card outlives the model that it shows.

create table public.studio_jobs (
	id uuid primary key default gen_random_uuid(),
	-- No default: nobody inserts for themselves, and whoever inserts for somebody says for whom.
	user_id uuid not null references auth.users (id) on delete cascade,
	title text not null,
	-- What is to be drawn; src/lib/features/studio/card.schema.ts says how it is made.
	card jsonb not null,
	state text not null default 'waiting',
	progress double precision not null default 0,
	svg text,
	-- The picture as PNG, in base64: the data API has no other way to say bytes in JSON.
	png text,
	-- Whether the fonts of the picture had all letters. The SVG has them in any case.
	png_complete boolean,
	-- The secret in the card's public address; null when there is none. Hexadecimal, 128 bits.
	public_token text,
	error text,
	created_at timestamptz not null default now(),
	started_at timestamptz,
	finished_at timestamptz,

	constraint studio_jobs_title_readable check (
		char_length(title) between 1 and 200 and title = btrim(title)
		and title !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	),
	constraint studio_jobs_card_object check (jsonb_typeof(card) = 'object' and octet_length(card::text) <= 20000),
	constraint studio_jobs_state_known check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
	constraint studio_jobs_progress_range check (progress between 0 and 1),
	constraint studio_jobs_svg_size check (octet_length(svg) <= 200000),
	constraint studio_jobs_png_size check (octet_length(png) <= 2000000),
	constraint studio_jobs_result_whole check (
		(state = 'done') = (svg is not null and png is not null and png_complete is not null)
	),
	constraint studio_jobs_public_when_done check (public_token is null or state = 'done'),
	constraint studio_jobs_public_token_form check (public_token ~ '^[0-9a-f]{32}$'),
	constraint studio_jobs_error_length check (char_length(error) <= 1000)
);

comment on table public.studio_jobs is
	'Share cards: asked for by the app in a person''s name, drawn by the worker. Owners read theirs, and change nothing.';

-- A person's list; the cascade of the foreign key; and the counts before each insert. Nobody has so many that
-- they would have to lie in order.
create index studio_jobs_user_id on public.studio_jobs (user_id);
-- One card for an address. Most cards have none, and cost nothing here.
create unique index studio_jobs_public_token_once on public.studio_jobs (public_token)
	where public_token is not null;

alter table public.studio_jobs enable row level security;

revoke all on table public.studio_jobs from public, anon, authenticated, service_role;
-- Deliberately nothing but select: people ask the app for a card, and the app asks here with the secret key.
grant select on table public.studio_jobs to authenticated;
grant select, insert, update, delete on table public.studio_jobs to service_role;

-- Whatever another policy allows, it is allowed only while the session is alive and the person not suspended.
create policy all_active on public.studio_jobs
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- People see their own cards, admins see all.
create policy select_own_or_admin on public.studio_jobs
	for select to authenticated
	using (user_id = (select private.user_id()) or (select private.is_admin()));

-- For whom a card may be made. The secret key passes every policy, so this is a trigger: whoever inserts a
-- card, it is for an account that is there and not suspended, and never for more than five at a time. The
-- lock on the profile makes those wait who ask at the same moment, and holds off a suspension; counting
-- comes after it. The account before it, as a deletion has it.
-- definer because the secret key's role may not read accounts.
create function private.limit_studio() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_person public.users;
begin
	perform from auth.users where id = new.user_id for key share;
	select person.* into v_person
	from public.users as person
	join auth.users as account on account.id = person.id
	where person.id = new.user_id
		and account.deleted_at is null
		and coalesce(account.banned_until <= now(), true)
	for no key update of person;
	if not found or private.is_suspended(v_person) then
		raise exception 'no card for an account that is gone or suspended'
			using errcode = 'PT404', hint = 'no_account';
	end if;
	if (
		select count(*) >= 5 from public.studio_jobs
		where user_id = new.user_id and state in ('waiting', 'running')
	) then
		raise exception 'too many cards at once' using errcode = 'PT409', hint = 'too_many_cards';
	end if;
	if (select count(*) >= 100 from public.studio_jobs where user_id = new.user_id) then
		raise exception 'no room for another card' using errcode = 'PT409', hint = 'no_room_for_cards';
	end if;
	return new;
end;
$$;

-- definer because the queue is nobody's to write but its owner's.
create function private.enqueue_studio_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.enqueue_job('studio.card', new.id, new.user_id);
	return null;
end;
$$;

-- What people see follows the queue. A card that waits for its next try has not failed.
-- definer because whoever moves a job need not be able to write what people see of it.
create function private.follow_studio_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_state text := private.job_state(new);
begin
	update public.studio_jobs
	set state = v_state,
		started_at = case when v_state = 'running' then coalesce(started_at, now()) else started_at end,
		error = case when v_state = 'failed' then coalesce(private.job_error(new), 'The card could not be drawn.') end,
		finished_at = case when v_state = 'failed' then now() end
	where id = new.subject_id and state in ('waiting', 'running', 'failed') and state <> v_state;
	return null;
end;
$$;

-- Open pages hear of each step, and the end stands in the person's list of notifications.
-- definer because the worker may write neither.
create function private.tell_of_studio_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.tell(
		new.user_id, 'card', new.id, jsonb_build_object('state', new.state, 'progress', new.progress)
	);
	if new.state <> old.state and new.state in ('done', 'failed') then
		perform private.notify(
			new.user_id, 'card.' || new.state, jsonb_build_object('id', new.id, 'title', new.title)
		);
	end if;
	return null;
end;
$$;

-- The app's ask, with the secret key. Invoker: the service role may insert, and nobody else may call it.
create function public.create_studio_job(user_id uuid, title text, card jsonb) returns uuid
language sql
set search_path = ''
as $$
	insert into public.studio_jobs (user_id, title, card) values ($1, $2, $3) returning id;
$$;

-- Whose card it is, or a refusal.
create function private.require_own_card(p_id uuid) returns void
language plpgsql
stable
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
begin
	if not exists (select from public.studio_jobs where id = p_id and user_id = v_user_id) then
		raise exception 'there is no such card' using errcode = 'PT404', hint = 'no_card';
	end if;
end;
$$;

-- Turns the public link on, and answers its secret. A link that is on stays as it is: it may have been sent
-- already. One that was off gets a new secret, so that the old address stays dead.
-- definer, here and below, because people may not write their cards themselves.
create function private.share_card(p_id uuid) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_token text;
begin
	perform private.require_own_card(p_id);
	update public.studio_jobs
	-- Two random uuids have 244 random bits; the hash spreads them over the 128 that are kept.
	set public_token = coalesce(
		public_token,
		left(encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'), 32)
	)
	where id = p_id and state = 'done'
	returning public_token into v_token;
	if not found then
		raise exception 'the card is not drawn yet' using errcode = 'PT409', hint = 'card_not_done';
	end if;
	return v_token;
end;
$$;

-- Answers whether there was a link.
create function private.unshare_card(p_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_own_card(p_id);
	update public.studio_jobs set public_token = null where id = p_id and public_token is not null;
	return found;
end;
$$;

-- Answers whether there was anything to cancel. The queue first, then the card: in the order in which the
-- worker takes them, so that nobody waits in a circle.
create function private.cancel_studio_job(p_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_own_card(p_id);
	perform private.cancel_job('studio.card', p_id);
	update public.studio_jobs set state = 'cancelled', finished_at = now()
	where id = p_id and state in ('waiting', 'running');
	return found;
end;
$$;

-- The card, its link, and what is still to be done for it.
create function private.delete_studio_job(p_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_own_card(p_id);
	perform private.cancel_job('studio.card', p_id);
	delete from public.studio_jobs where id = p_id;
end;
$$;

-- What a public link shows: the card, and nothing else about its owner. A link that was turned off, and the
-- link of somebody who is suspended or banned, is as one that never was. With the account, the card is gone.
-- definer because anonymous people may read no table.
create function private.shared_card(p_token text)
returns table (title text, card jsonb, svg text, png text)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	return query
	select job.title, job.card, job.svg, job.png
	from public.studio_jobs as job
	where job.public_token = p_token
		and job.state = 'done'
		and not private.is_barred(job.user_id);
end;
$$;

create function public.share_card(card_id uuid) returns text
language sql
set search_path = ''
as $$ select private.share_card($1); $$;

create function public.unshare_card(card_id uuid) returns boolean
language sql
set search_path = ''
as $$ select private.unshare_card($1); $$;

create function public.cancel_studio_job(card_id uuid) returns boolean
language sql
set search_path = ''
as $$ select private.cancel_studio_job($1); $$;

create function public.delete_studio_job(card_id uuid) returns void
language sql
set search_path = ''
as $$ select private.delete_studio_job($1); $$;

create function public.shared_card(token text)
returns table (title text, card jsonb, svg text, png text)
language sql
stable
set search_path = ''
as $$ select * from private.shared_card($1); $$;

-- The worker's side. Invoker: the service role may do all of this itself, and nobody else may call it.
-- Which card a job is about, it does not say but is told, so that it cannot write onto another one.

create function public.report_studio_job(job_id bigint, token bigint, progress double precision) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform private.require_lease(job_id, token);
	update public.studio_jobs as card
	set progress = report_studio_job.progress
	from private.jobs as job
	where job.id = job_id and job.kind = 'studio.card' and card.id = job.subject_id;
end;
$$;

-- The result, and the end of the job, in one transaction.
create function public.finish_studio_job(
	job_id bigint,
	token bigint,
	svg text,
	png text,
	png_complete boolean
) returns void
language plpgsql
set search_path = ''
as $$
begin
	perform private.require_lease(job_id, token);
	update public.studio_jobs as card
	set state = 'done',
		progress = 1,
		svg = finish_studio_job.svg,
		png = finish_studio_job.png,
		png_complete = finish_studio_job.png_complete,
		error = null,
		finished_at = now()
	from private.jobs as job
	where job.id = job_id and job.kind = 'studio.card' and card.id = job.subject_id;
	perform private.finish_job(job_id, token);
end;
$$;

-- What export_my_data() adds of this feature. The picture can be made of the SVG.
-- What goes with an account.
create function private.losses__studio(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return jsonb_build_array(
		jsonb_build_object('what', 'card', 'count', (select count(*) from public.studio_jobs where user_id = p_user_id))
	);
end;
$$;

create function private.export__studio(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(jsonb_agg(to_jsonb(job) - 'png' order by job.created_at, job.id), '[]')
		from public.studio_jobs as job
		where job.user_id = p_user_id
	);
end;
$$;

revoke execute on function
	private.limit_studio(),
	private.enqueue_studio_job(),
	private.follow_studio_job(),
	private.tell_of_studio_job(),
	private.require_own_card(uuid),
	private.share_card(uuid), public.share_card(uuid),
	private.unshare_card(uuid), public.unshare_card(uuid),
	private.cancel_studio_job(uuid), public.cancel_studio_job(uuid),
	private.delete_studio_job(uuid), public.delete_studio_job(uuid),
	private.shared_card(text), public.shared_card(text),
	public.create_studio_job(uuid, text, jsonb),
	public.report_studio_job(bigint, bigint, double precision),
	public.finish_studio_job(bigint, bigint, text, text, boolean),
	private.export__studio(uuid),
	private.losses__studio(uuid)
	from public, anon, authenticated, service_role;
grant execute on function
	private.share_card(uuid), public.share_card(uuid),
	private.unshare_card(uuid), public.unshare_card(uuid),
	private.cancel_studio_job(uuid), public.cancel_studio_job(uuid),
	private.delete_studio_job(uuid), public.delete_studio_job(uuid)
	to authenticated;
-- anon, too: this is what a public link is. Whoever does not know a secret of 128 bits gets no row.
grant execute on function private.shared_card(text), public.shared_card(text) to anon, authenticated;
grant execute on function
	public.create_studio_job(uuid, text, jsonb),
	public.report_studio_job(bigint, bigint, double precision),
	public.finish_studio_job(bigint, bigint, text, text, boolean)
	to service_role;

create trigger _300_limit before insert on public.studio_jobs
	for each row execute function private.limit_studio();
create trigger _500_enqueue after insert on public.studio_jobs
	for each row when (new.state = 'waiting')
	execute function private.enqueue_studio_job();
create trigger _500_forget after delete on public.studio_jobs
	for each row execute function private.forget_job('studio.card');
create trigger _600_tell after update of state, progress on public.studio_jobs
	for each row when (new.state <> old.state or new.progress <> old.progress)
	execute function private.tell_of_studio_job();
-- Not when a lease is extended.
create trigger _500_studio after insert or update of worker, failed_at on private.jobs
	for each row when (new.kind = 'studio.card')
	execute function private.follow_studio_job();
