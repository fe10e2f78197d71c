-- Purpose: organizations: people who do something together. Owners invite by link or email, change roles and
--   remove; members leave; and there is always an owner. What an organization holds, other features say.
-- Depends on: foundation, registration, account, live.
-- To remove: remove the features that belong to organizations first; then replace public.me() by what it is in
--   registration, and drop the functions below, in public
--   and in private, the tables public.invitations, public.memberships and public.organizations, with the
--   trigger _400_organizations on public.users and the index notifications_invitation; and
--   src/lib/features/organizations, its pages and its line in the nav.
--
-- Nobody writes these tables but the functions below. Each asks who is calling, then locks the organization,
-- then looks: of two who act at the same moment, the second sees what the first did.

create table public.organizations (
	id uuid primary key default gen_random_uuid(),
	name text not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),

	constraint organizations_name_readable check (
		char_length(name) between 1 and 80 and name = btrim(name)
		and name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'
	)
);

create table public.memberships (
	organization_id uuid not null references public.organizations (id) on delete cascade,
	user_id uuid not null references auth.users (id) on delete cascade,
	role text not null default 'member',
	created_at timestamptz not null default now(),

	primary key (organization_id, user_id),
	constraint memberships_role_known check (role in ('owner', 'member'))
);

create table public.invitations (
	id uuid primary key default gen_random_uuid(),
	organization_id uuid not null references public.organizations (id) on delete cascade,
	role text not null,
	-- Null for whoever has the link; else for the account with this confirmed email alone.
	email text,
	-- The secret itself is told once and kept nowhere. It is random, so that its hash needs no salt.
	secret_hash text not null,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null default now() + interval '7 days',
	created_by uuid references auth.users (id) on delete set null,
	revoked_at timestamptz,
	used_at timestamptz,
	used_by uuid references auth.users (id) on delete set null,

	constraint invitations_role_known check (role in ('owner', 'member')),
	constraint invitations_email_form check (char_length(email) <= 255 and email ~ '^[^\s@]+@[^\s@]+$'),
	constraint invitations_secret_hash_form check (secret_hash ~ '^[0-9a-f]{64}$'),
	constraint invitations_secret_hash_once unique (secret_hash),
	constraint invitations_used_or_revoked check (used_at is null or revoked_at is null)
);

comment on table public.organizations is
	'People who do something together. Its members read it, its owners change it.';
comment on table public.memberships is
	'Who belongs to which organization, and as what. Members see each other.';
comment on table public.invitations is
	'Links that make whoever has one a member, once. Owners see them; the secret in the link is kept nowhere.';

-- A person's organizations; and the cascades of the foreign keys.
create index memberships_user_id on public.memberships (user_id);
create index invitations_organization_id on public.invitations (organization_id, created_at desc);
create index invitations_created_by on public.invitations (created_by);
create index invitations_used_by on public.invitations (used_by);
-- Those for somebody.
create index invitations_email on public.invitations (email) where used_at is null and revoked_at is null;
-- What was told of an invitation.
create index notifications_invitation on public.notifications ((data ->> 'id')) where kind = 'organization.invited';

alter table public.organizations enable row level security;
alter table public.memberships enable row level security;
alter table public.invitations enable row level security;

revoke all on table public.organizations, public.memberships, public.invitations
	from public, anon, authenticated, service_role;
-- Deliberately nothing but select: the functions below write.
grant select on table public.organizations, public.memberships, public.invitations to authenticated;
grant select, insert, update, delete on table public.organizations, public.memberships, public.invitations
	to service_role;

-- The organizations of whoever asks. In policies as `= any (array(select unnest(…)))`: asked once a
-- statement, and once more to plan it, and an index can be searched for the answer. `(select …)::uuid[]` would
-- be kept packed, and be unpacked again for each row.
-- definer, here and below, because a policy on memberships that reads memberships as the person would recurse
-- (42P17).
create function private.my_organizations() returns uuid[]
language plpgsql
stable parallel safe
security definer
set search_path = ''
as $$
begin
	return array(select organization_id from public.memberships where user_id = auth.uid());
end;
$$;

create function private.my_owned_organizations() returns uuid[]
language plpgsql
stable parallel safe
security definer
set search_path = ''
as $$
begin
	return array(select organization_id from public.memberships where user_id = auth.uid() and role = 'owner');
end;
$$;

revoke execute on function private.my_organizations(), private.my_owned_organizations()
	from public, anon, authenticated, service_role;
grant execute on function private.my_organizations(), private.my_owned_organizations() to authenticated;

-- Whatever another policy allows, it is allowed only while the session is alive and the person not suspended.
create policy all_active on public.organizations
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));
create policy all_active on public.memberships
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));
create policy all_active on public.invitations
	as restrictive for all to authenticated
	using ((select private.is_active()))
	with check ((select private.is_active()));

-- Members see their organizations and each other, admins see all.
create policy select_member_or_admin on public.organizations
	for select to authenticated
	using ((select private.is_admin()) or id = any (array(select unnest(private.my_organizations()))));
-- Their own first: for these nothing else is looked for.
create policy select_member_or_admin on public.memberships
	for select to authenticated
	using (
		user_id = (select private.user_id())
		or (select private.is_admin())
		or organization_id = any (array(select unnest(private.my_organizations())))
	);
create policy select_owner_or_admin on public.invitations
	for select to authenticated
	using ((select private.is_admin()) or organization_id = any (array(select unnest(private.my_owned_organizations()))));

-- Who is calling, or a refusal; and the organization is locked until the act is over, behind their account, as a
-- deletion has it. Nobody who is not a member makes others wait, and whoever was removed, suspended or signed out
-- while they waited is refused.
create function private.require_membership(p_organization_id uuid, p_role text default null) returns uuid
language plpgsql
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
	v_role text;
begin
	if p_organization_id = any (private.my_organizations()) then
		perform from auth.users where id = v_user_id for key share;
		perform from public.organizations where id = p_organization_id for no key update;
		perform private.require_active();
		select role into v_role
		from public.memberships
		where organization_id = p_organization_id and user_id = v_user_id;
	end if;
	if v_role is null then
		raise exception 'there is no such organization' using errcode = 'PT404', hint = 'no_organization';
	end if;
	if p_role = 'owner' and v_role <> 'owner' then
		raise exception 'only an owner may do this' using errcode = 'PT403', hint = 'not_owner';
	end if;
	return v_user_id;
end;
$$;

-- Somebody's role among the others of an organization, or a refusal.
create function private.require_member(p_organization_id uuid, p_user_id uuid) returns text
language plpgsql
stable
set search_path = ''
as $$
declare
	v_role text;
begin
	select role into v_role
	from public.memberships
	where organization_id = p_organization_id and user_id = p_user_id;
	if not found then
		raise exception 'they are no member' using errcode = 'PT404', hint = 'no_member';
	end if;
	return v_role;
end;
$$;

-- The address that whoever asks has confirmed; null when they have not.
create function private.confirmed_email() returns text
language plpgsql
stable
set search_path = ''
as $$
begin
	return (select lower(email) from auth.users where id = auth.uid() and email_confirmed_at is not null);
end;
$$;

-- Before an owner goes or becomes a member. Behind the lock of require_membership().
create function private.require_another_owner(p_organization_id uuid, p_user_id uuid) returns void
language plpgsql
stable
set search_path = ''
as $$
begin
	if not exists (
		select from public.memberships
		where organization_id = p_organization_id and user_id <> p_user_id and role = 'owner'
	) then
		raise exception 'an organization has an owner' using errcode = 'PT409', hint = 'last_owner';
	end if;
end;
$$;

create function private.require_role(p_role text) returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
	if p_role is null or p_role not in ('owner', 'member') then
		raise exception 'there is no such role' using errcode = 'invalid_parameter_value';
	end if;
end;
$$;

-- An account that goes locks its organizations first, in their order, as every act does: so nobody waits in
-- a circle. And those that it has invited to, or was invited to, must not go meanwhile. On the profile, which goes
-- before the memberships do: triggers on auth.users cannot be dropped on a hosted project.
-- definer because whoever deletes an account need not be able to read who belongs where.
create function private.lock_organizations_of() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform from public.organizations
	where id in (select organization_id from public.memberships where user_id = old.id)
	order by id
	for no key update;
	perform from public.organizations
	where id in (
		select organization_id from public.invitations where created_by = old.id or used_by = old.id
	)
	for key share;
	return old;
end;
$$;

-- When a member is gone, whichever way: the links that they made are dead, and so are those for their email, so
-- that nobody comes back by themselves. And when the last owner's account was deleted, the member of longest
-- standing is the owner, before all who are suspended; an organization without members goes, with all that it holds.
-- definer because whoever deletes an account may write none of this.
create function private.settle_organization() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_heir uuid;
begin
	perform from public.organizations where id = old.organization_id for no key update;
	if not found then
		return null;
	end if;
	update public.invitations set revoked_at = now()
	where organization_id = old.organization_id
		-- Of an account that was deleted, the foreign key may have been quicker.
		and (
			created_by = old.user_id or created_by is null
			or email = (select lower(account.email) from auth.users as account where account.id = old.user_id)
		)
		and used_at is null and revoked_at is null;
	if exists (
		select from public.memberships where organization_id = old.organization_id and role = 'owner'
	) then
		return null;
	end if;

	select member.user_id into v_heir
	from public.memberships as member
	left join public.users as person on person.id = member.user_id
	where member.organization_id = old.organization_id
	order by coalesce(private.is_suspended(person), false), member.created_at, member.user_id
	limit 1;
	if found then
		update public.memberships set role = 'owner'
		where organization_id = old.organization_id and user_id = v_heir;
	else
		delete from public.organizations where id = old.organization_id;
	end if;
	return null;
end;
$$;

-- An owner who is one no more: their links are dead, and the last one stays. As a trigger it holds for the
-- secret key too.
-- definer because of the same.
create function private.demote_owner() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform from public.organizations where id = new.organization_id for no key update;
	perform private.require_another_owner(new.organization_id, new.user_id);
	update public.invitations set revoked_at = now()
	where organization_id = new.organization_id and created_by = new.user_id
		and used_at is null and revoked_at is null;
	return null;
end;
$$;

-- Every page has all organizations of a person in its header. Behind a lock on their account.
create function private.require_room_for_membership(p_user_id uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
	if (select count(*) >= 100 from public.memberships where user_id = p_user_id) then
		raise exception 'too many memberships' using errcode = 'PT409', hint = 'too_many_memberships';
	end if;
end;
$$;

-- definer, here and in every act below, because nobody but the owner of the tables may write them.
create function private.create_organization(p_name text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
	v_id uuid;
begin
	-- Whoever asks twice at the same moment waits here.
	perform from auth.users where id = v_user_id for no key update;
	if (select count(*) >= 20 from public.memberships where user_id = v_user_id and role = 'owner') then
		raise exception 'too many organizations' using errcode = 'PT409', hint = 'too_many_organizations';
	end if;
	perform private.require_room_for_membership(v_user_id);
	insert into public.organizations (name) values (btrim(p_name)) returning id into v_id;
	insert into public.memberships (organization_id, user_id, role) values (v_id, v_user_id, 'owner');
	return v_id;
end;
$$;

create function private.rename_organization(p_organization_id uuid, p_name text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_membership(p_organization_id, 'owner');
	update public.organizations set name = btrim(p_name) where id = p_organization_id;
end;
$$;

-- What people were told of these invitations goes. Not what is locked at this moment, or whose account is: whoever
-- deletes theirs has both, and may wait for the organization that the caller has.
-- enable_…: nothing is known of how many are asked for, and guessing many costs a look at every account.
create function private.forget_told(p_invitation_ids uuid[]) returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
	delete from public.notifications
	where id = any (array(
		select told.id
		from public.notifications as told
		join auth.users as account on account.id = told.user_id
		where told.kind = 'organization.invited' and told.data ->> 'id' = any (p_invitation_ids::text[])
		for update of told skip locked
		for key share of account skip locked
	));
end;
$$;

-- Answers the secret of the link, which nobody can be told again. One for an email is also shown to the account
-- that has confirmed it, and takes the place of an earlier one for the same email. Whoever invites is not told
-- whether there is such an account.
create function private.invite_to_organization(p_organization_id uuid, p_role text, p_email text) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_membership(p_organization_id, 'owner');
	-- Two random uuids have 244 random bits; the hash spreads them over the 128 that are the secret.
	v_secret text := left(
		encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'), 32
	);
	v_email text := lower(nullif(btrim(p_email), ''));
	v_id uuid;
	v_invited_id uuid;
begin
	perform private.require_role(p_role);
	-- What is over is kept for a while, so that whoever opens it late reads why it does not work.
	delete from public.invitations
	where organization_id = p_organization_id and expires_at < now() - interval '30 days';
	update public.invitations set revoked_at = now()
	where organization_id = p_organization_id and email = v_email and used_at is null and revoked_at is null;
	if (
		select count(*) >= 50 from public.invitations
		where organization_id = p_organization_id
			and used_at is null and revoked_at is null and expires_at > now()
	) then
		raise exception 'too many open invitations' using errcode = 'PT409', hint = 'too_many_invitations';
	end if;
	-- Whoever is invited hears of it, so this is no way to flood somebody.
	if (
		select count(*) >= 200 from public.invitations
		where organization_id = p_organization_id and created_at > now() - interval '1 day'
	) then
		raise exception 'too many invitations in a day' using errcode = 'PT409', hint = 'too_many_invitations_today';
	end if;
	insert into public.invitations (organization_id, role, email, secret_hash, created_by)
	values (p_organization_id, p_role, v_email, encode(sha256(convert_to(v_secret, 'UTF8')), 'hex'), v_user_id)
	returning id into v_id;

	perform private.forget_told(array(
		select id from public.invitations where organization_id = p_organization_id and email = v_email
	));
	-- By the index that the auth server has of addresses, in which accounts of single sign-on are not: those find the
	-- invitation on the page. Nor is an account told that is locked, for the same reason as above.
	select account.id into v_invited_id
	from auth.users as account
	where account.email = v_email and not account.is_sso_user and account.email_confirmed_at is not null
	for key share skip locked;
	perform private.notify(v_invited_id, 'organization.invited', jsonb_build_object('id', v_id, 'title', place.name))
	from public.organizations as place
	where v_invited_id is not null and place.id = p_organization_id
		and not exists (
			select from public.memberships
			where organization_id = p_organization_id and user_id = v_invited_id
		);
	return v_secret;
end;
$$;

-- What somebody was told of an invitation goes with it, also when its organization goes: so organizations that
-- come and go flood nobody.
-- definer because whoever takes it away may not read what others are told.
create function private.forget_invitations() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.forget_told(array(select id from gone));
	return null;
end;
$$;

-- Answers whether it was still open.
create function private.revoke_invitation(p_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_organization_id uuid;
begin
	perform private.require_active();
	select organization_id into v_organization_id
	from public.invitations
	where id = p_id and organization_id = any (private.my_owned_organizations());
	if not found then
		raise exception 'there is no such invitation' using errcode = 'PT404', hint = 'no_invitation';
	end if;
	perform private.require_membership(v_organization_id, 'owner');
	update public.invitations set revoked_at = now()
	where id = p_id and used_at is null and revoked_at is null;
	return found;
end;
$$;

-- Makes whoever calls a member, once, and answers of what. The first reason that there is not to. What somebody
-- offered who is suspended or banned is, as long as they are, as if they had taken it back.
create function private.use_invitation(p_id uuid) returns uuid
language plpgsql
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_active();
	v_invitation public.invitations;
begin
	-- Whoever accepts several at the same moment waits here; then the organization, then the invitation, as
	-- every act takes them.
	perform from auth.users where id = v_user_id for no key update;
	perform from public.organizations
	where id = (select organization_id from public.invitations where id = p_id)
	for no key update;
	select * into v_invitation from public.invitations where id = p_id for update;
	perform private.require_active();
	if v_invitation.id is null then
		raise exception 'there is no such invitation' using errcode = 'PT404', hint = 'invitation_unknown';
	end if;
	if exists (
		select from public.memberships
		where organization_id = v_invitation.organization_id and user_id = v_user_id
	) then
		raise exception 'they are a member already' using errcode = 'PT409', hint = 'already_member';
	end if;
	if v_invitation.used_at is not null then
		raise exception 'the invitation was used' using errcode = 'PT409', hint = 'invitation_used';
	end if;
	if v_invitation.revoked_at is not null or private.is_barred(v_invitation.created_by) then
		raise exception 'the invitation was revoked' using errcode = 'PT409', hint = 'invitation_revoked';
	end if;
	if v_invitation.expires_at <= now() then
		raise exception 'the invitation has expired' using errcode = 'PT409', hint = 'invitation_expired';
	end if;
	if v_invitation.email <> coalesce(private.confirmed_email(), '') then
		raise exception 'the invitation is for another email' using errcode = 'PT403', hint = 'invitation_for_another';
	end if;
	perform private.require_room_for_membership(v_user_id);
	insert into public.memberships (organization_id, user_id, role)
	values (v_invitation.organization_id, v_user_id, v_invitation.role);
	update public.invitations set used_at = now(), used_by = v_user_id where id = v_invitation.id;
	return v_invitation.organization_id;
end;
$$;

-- With the secret of a link.
create function private.accept_invitation(p_secret text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
begin
	return private.use_invitation((
		select id from public.invitations
		where secret_hash = encode(sha256(convert_to(coalesce(p_secret, ''), 'UTF8')), 'hex')
	));
end;
$$;

-- Those for the address that whoever asks has confirmed, as long as they may be accepted.
create function private.list_my_invitations()
returns table (id uuid, organization text, invited_by text, role text, expires_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
	perform private.require_active();
	return query
	select invitation.id, place.name, person.name, invitation.role, invitation.expires_at
	from public.invitations as invitation
	join public.organizations as place on place.id = invitation.organization_id
	left join public.users as person on person.id = invitation.created_by
	where invitation.email = private.confirmed_email()
		and invitation.used_at is null and invitation.revoked_at is null and invitation.expires_at > now()
		and not place.id = any (private.my_organizations())
		and not private.is_barred(invitation.created_by)
	order by invitation.created_at desc, invitation.id;
end;
$$;

-- An invitation for the address of whoever asks needs no secret: the address is theirs, and confirmed.
create function private.require_my_invitation(p_id uuid) returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
	perform private.require_active();
	if not exists (select from public.invitations where id = p_id and email = private.confirmed_email()) then
		raise exception 'there is no such invitation' using errcode = 'PT404', hint = 'invitation_unknown';
	end if;
	return p_id;
end;
$$;

create function private.accept_my_invitation(p_id uuid) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
begin
	return private.use_invitation(private.require_my_invitation(p_id));
end;
$$;

-- Answers whether it was still open.
create function private.decline_my_invitation(p_id uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_my_invitation(p_id);
	update public.invitations set revoked_at = now()
	where id = p_id and used_at is null and revoked_at is null;
	return found;
end;
$$;

-- What whoever has the link reads before they accept: who invites to what, and whether it still works. The
-- address that it was made for is not said: the link may have been passed on. No row for a link that never was.
-- definer because anonymous people may read no table.
create function private.shown_invitation(p_secret text)
returns table (organization text, invited_by text, role text, for_email boolean, state text, member_of uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	return query
	select
		place.name,
		person.name,
		invitation.role,
		invitation.email is not null,
		case
			when invitation.used_at is not null then 'used'
			when invitation.revoked_at is not null or private.is_barred(invitation.created_by) then 'revoked'
			when invitation.expires_at <= now() then 'expired'
			else 'open'
		end,
		case when private.is_active() and place.id = any (private.my_organizations()) then place.id end
	from public.invitations as invitation
	join public.organizations as place on place.id = invitation.organization_id
	left join public.users as person on person.id = invitation.created_by
	where invitation.secret_hash = encode(sha256(convert_to(p_secret, 'UTF8')), 'hex');
end;
$$;

-- Members see each other's names and addresses; profiles are otherwise nobody else's to read.
-- definer because of that.
create function private.list_members(p_organization_id uuid)
returns table (user_id uuid, name text, email text, avatar_hue smallint, role text, created_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	perform private.require_active();
	if not p_organization_id = any (private.my_organizations()) and not private.is_admin() then
		return;
	end if;
	return query
	select member.user_id, person.name, person.email, person.avatar_hue, member.role, member.created_at
	from public.memberships as member
	left join public.users as person on person.id = member.user_id
	where member.organization_id = p_organization_id
	order by member.role desc, member.created_at, member.user_id;
end;
$$;

-- Answers whether they had another role.
create function private.set_member_role(p_organization_id uuid, p_user_id uuid, p_role text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_membership(p_organization_id, 'owner');
	perform private.require_role(p_role);
	if private.require_member(p_organization_id, p_user_id) = p_role then
		return false;
	end if;
	update public.memberships set role = p_role
	where organization_id = p_organization_id and user_id = p_user_id;
	return true;
end;
$$;

create function private.remove_member(p_organization_id uuid, p_user_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_membership(p_organization_id, 'owner');
	perform private.require_member(p_organization_id, p_user_id);
	perform private.require_another_owner(p_organization_id, p_user_id);
	delete from public.memberships where organization_id = p_organization_id and user_id = p_user_id;
end;
$$;

create function private.leave_organization(p_organization_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_membership(p_organization_id);
begin
	perform private.require_another_owner(p_organization_id, v_user_id);
	delete from public.memberships where organization_id = p_organization_id and user_id = v_user_id;
end;
$$;

-- Another member becomes an owner, and the one who hands over a member.
create function private.hand_over_organization(p_organization_id uuid, p_user_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
	v_user_id uuid := private.require_membership(p_organization_id, 'owner');
begin
	perform private.require_member(p_organization_id, nullif(p_user_id, v_user_id));
	update public.memberships set role = 'owner'
	where organization_id = p_organization_id and user_id = p_user_id;
	update public.memberships set role = 'member'
	where organization_id = p_organization_id and user_id = v_user_id;
end;
$$;

create function private.delete_organization(p_organization_id uuid, p_name text) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
	perform private.require_membership(p_organization_id, 'owner');
	delete from public.organizations where id = p_organization_id and name = btrim(p_name);
	if not found then
		raise exception 'this is not its name' using errcode = 'PT409', hint = 'name_differs';
	end if;
end;
$$;

-- What export_my_data() adds of this feature. The hash of a link's secret is nobody's data.
create function private.export__organizations(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'memberships', (
			select coalesce(
				jsonb_agg(to_jsonb(member) || jsonb_build_object('organization', place.name) order by member.created_at, place.id),
				'[]'
			)
			from public.memberships as member
			join public.organizations as place on place.id = member.organization_id
			where member.user_id = p_user_id
		),
		'invitations', (
			select coalesce(
				jsonb_agg(to_jsonb(invitation) - 'secret_hash' - 'used_by' order by invitation.created_at, invitation.id),
				'[]'
			)
			from public.invitations as invitation
			where invitation.created_by = p_user_id
		),
		'invitations_for_me', (
			select coalesce(
				jsonb_agg(to_jsonb(invitation) - 'secret_hash' - 'created_by' order by invitation.created_at, invitation.id),
				'[]'
			)
			from public.invitations as invitation
			where invitation.used_by = p_user_id
				or invitation.email = (
					select lower(email) from auth.users where id = p_user_id and email_confirmed_at is not null
				)
		)
	);
end;
$$;

-- What me() answers too: all pages show them, and none has to ask for them.
create function private.list_my_organizations() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
	return (
		select coalesce(
			jsonb_agg(
				jsonb_build_object('id', place.id, 'name', place.name, 'role', member.role)
				order by lower(place.name), place.id
			),
			'[]'
		)
		from public.memberships as member
		join public.organizations as place on place.id = member.organization_id
		where member.user_id = auth.uid()
	);
end;
$$;

-- A session that is over, or a person who is suspended, is told of none.
-- PL/pgSQL, because its plan is kept, and every page asks this.
create or replace function public.me() returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
	v_me jsonb := private.me();
begin
	return v_me || jsonb_build_object(
		'organizations',
		case
			when (v_me ->> 'alive')::boolean and not (v_me ->> 'suspended')::boolean then private.list_my_organizations()
			else '[]'
		end
	);
end;
$$;

create function public.create_organization(name text) returns uuid
language sql
set search_path = ''
as $$ select private.create_organization($1); $$;

create function public.rename_organization(organization_id uuid, name text) returns void
language sql
set search_path = ''
as $$ select private.rename_organization($1, $2); $$;

create function public.invite_to_organization(organization_id uuid, role text, email text default null) returns text
language sql
set search_path = ''
as $$ select private.invite_to_organization($1, $2, $3); $$;

create function public.revoke_invitation(invitation_id uuid) returns boolean
language sql
set search_path = ''
as $$ select private.revoke_invitation($1); $$;

create function public.accept_invitation(secret text) returns uuid
language sql
set search_path = ''
as $$ select private.accept_invitation($1); $$;

-- What goes with an account: the organizations that nobody else is in, and the membership in all others.
create function private.losses__organizations(p_user_id uuid) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
	return (
		select coalesce(
			jsonb_agg(
				jsonb_build_object('what', case when lonely then 'organization' else 'membership' end, 'count', 1, 'name', name)
				order by lonely desc, name
			),
			'[]'
		)
		from (
			select place.name, not exists (
				select from public.memberships as other
				where other.organization_id = place.id and other.user_id <> p_user_id
			) as lonely
			from public.memberships as member
			join public.organizations as place on place.id = member.organization_id
			where member.user_id = p_user_id
		) as own
	);
end;
$$;

create function public.list_my_invitations()
returns table (id uuid, organization text, invited_by text, role text, expires_at timestamptz)
language sql stable
set search_path = ''
as $$ select * from private.list_my_invitations(); $$;

create function public.accept_my_invitation(invitation_id uuid) returns uuid
language sql
set search_path = ''
as $$ select private.accept_my_invitation($1); $$;

create function public.decline_my_invitation(invitation_id uuid) returns boolean
language sql
set search_path = ''
as $$ select private.decline_my_invitation($1); $$;

create function public.shown_invitation(secret text)
returns table (organization text, invited_by text, role text, for_email boolean, state text, member_of uuid)
language sql
stable
set search_path = ''
as $$ select * from private.shown_invitation($1); $$;

create function public.list_members(organization_id uuid)
returns table (user_id uuid, name text, email text, avatar_hue smallint, role text, created_at timestamptz)
language sql
stable
set search_path = ''
as $$ select * from private.list_members($1); $$;

create function public.set_member_role(organization_id uuid, user_id uuid, role text) returns boolean
language sql
set search_path = ''
as $$ select private.set_member_role($1, $2, $3); $$;

create function public.remove_member(organization_id uuid, user_id uuid) returns void
language sql
set search_path = ''
as $$ select private.remove_member($1, $2); $$;

create function public.leave_organization(organization_id uuid) returns void
language sql
set search_path = ''
as $$ select private.leave_organization($1); $$;

create function public.hand_over_organization(organization_id uuid, user_id uuid) returns void
language sql
set search_path = ''
as $$ select private.hand_over_organization($1, $2); $$;

create function public.delete_organization(organization_id uuid, name text) returns void
language sql
set search_path = ''
as $$ select private.delete_organization($1, $2); $$;

revoke execute on function
	private.require_membership(uuid, text),
	private.require_member(uuid, uuid),
	private.confirmed_email(),
	private.require_another_owner(uuid, uuid),
	private.require_role(text),
	private.require_room_for_membership(uuid),
	private.lock_organizations_of(),
	private.settle_organization(),
	private.demote_owner(),
	private.forget_told(uuid[]),
	private.forget_invitations(),
	private.create_organization(text), public.create_organization(text),
	private.rename_organization(uuid, text), public.rename_organization(uuid, text),
	private.invite_to_organization(uuid, text, text), public.invite_to_organization(uuid, text, text),
	private.revoke_invitation(uuid), public.revoke_invitation(uuid),
	private.use_invitation(uuid),
	private.accept_invitation(text), public.accept_invitation(text),
	private.list_my_invitations(), public.list_my_invitations(),
	private.require_my_invitation(uuid),
	private.accept_my_invitation(uuid), public.accept_my_invitation(uuid),
	private.decline_my_invitation(uuid), public.decline_my_invitation(uuid),
	private.list_my_organizations(),
	private.shown_invitation(text), public.shown_invitation(text),
	private.list_members(uuid), public.list_members(uuid),
	private.set_member_role(uuid, uuid, text), public.set_member_role(uuid, uuid, text),
	private.remove_member(uuid, uuid), public.remove_member(uuid, uuid),
	private.leave_organization(uuid), public.leave_organization(uuid),
	private.hand_over_organization(uuid, uuid), public.hand_over_organization(uuid, uuid),
	private.delete_organization(uuid, text), public.delete_organization(uuid, text),
	private.export__organizations(uuid),
	private.losses__organizations(uuid)
	from public, anon, authenticated, service_role;
grant execute on function
	private.create_organization(text), public.create_organization(text),
	private.rename_organization(uuid, text), public.rename_organization(uuid, text),
	private.invite_to_organization(uuid, text, text), public.invite_to_organization(uuid, text, text),
	private.revoke_invitation(uuid), public.revoke_invitation(uuid),
	private.accept_invitation(text), public.accept_invitation(text),
	private.list_my_invitations(), public.list_my_invitations(),
	private.accept_my_invitation(uuid), public.accept_my_invitation(uuid),
	private.decline_my_invitation(uuid), public.decline_my_invitation(uuid),
	private.list_my_organizations(),
	private.list_members(uuid), public.list_members(uuid),
	private.set_member_role(uuid, uuid, text), public.set_member_role(uuid, uuid, text),
	private.remove_member(uuid, uuid), public.remove_member(uuid, uuid),
	private.leave_organization(uuid), public.leave_organization(uuid),
	private.hand_over_organization(uuid, uuid), public.hand_over_organization(uuid, uuid),
	private.delete_organization(uuid, text), public.delete_organization(uuid, text)
	to authenticated;
-- anon, too: whoever has a link reads what it is before they have an account. Without the secret, no row.
grant execute on function private.shown_invitation(text), public.shown_invitation(text) to anon, authenticated;

create trigger _100_timestamps before update on public.organizations
	for each row execute function private.touch_updated_at();
create trigger _400_organizations before delete on public.users
	for each row execute function private.lock_organizations_of();
create trigger _500_forget after delete on public.invitations
	referencing old table as gone
	for each statement execute function private.forget_invitations();
create trigger _500_settle after delete on public.memberships
	for each row execute function private.settle_organization();
create trigger _500_demote after update of role on public.memberships
	for each row when (old.role = 'owner' and new.role <> 'owner')
	execute function private.demote_owner();
