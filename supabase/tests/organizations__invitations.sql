-- An invitation makes one person a member, once, while it lasts, and whoever it is for.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person(name) from unnest(array['olga', 'mia', 'max', 'ann', 'bob', 'held', 'unconfirmed']) as name;
update public.users set suspended_at = now() where id = tests.id_of('held');
update auth.users set email_confirmed_at = null where id = tests.id_of('unconfirmed');
create table tests.places as select gen_random_uuid() as id;
insert into public.organizations (id, name) select id, 'Garden' from tests.places;
insert into public.memberships (organization_id, user_id, role)
select id, tests.id_of('olga'), 'owner' from tests.places union all select id, tests.id_of('mia'), 'member' from tests.places;
create table tests.links (name text, secret text);
grant all on tests.places, tests.links to public;
create function tests.link(p_name text) returns text language sql stable set search_path = '' as $$ select secret from tests.links where name = p_name $$;
grant execute on function tests.link(text) to public;

-- Making them
select tests.act_as('olga');
insert into tests.links
select name, public.invite_to_organization((select id from tests.places), role, email)
from (values
	('open', 'member', null), ('owner', 'owner', ''), ('for ann', 'member', ' Ann@tests.EXAMPLE '),
	('for unconfirmed', 'member', 'unconfirmed@tests.example'), ('late', 'member', null), ('revoked', 'member', null)
) as asked (name, role, email);
select matches(secret, '^[0-9a-f]{32}$', 'an owner makes a link: ' || name) from tests.links;
select is((select count(distinct secret) from tests.links), 6::bigint, 'each with a secret of its own');
select is((select count(*) from public.invitations), 6::bigint, 'and sees them');
select is_empty(
	'select from public.invitations join tests.links on position(secret in row(invitations.*)::text) > 0', 'the secret is kept nowhere'
);
select is((select max(email) from public.invitations where email like 'ann%'), 'ann@tests.example', 'an address in one spelling');
select throws_ok(
	format('select public.invite_to_organization((select id from tests.places), %L, %L)', role, email), state, null, 'no invitation as ' || coalesce(role, 'nothing') || ' for ' || email
)
from (values ('admin', '', '22023'), (null, '', '22023'), ('member', 'nobody', '23514'), ('member', 'a@b c', '23514')) as wrong (role, email, state);
select is(public.revoke_invitation((select id from public.invitations where secret_hash = encode(sha256(convert_to(tests.link('revoked'), 'UTF8')), 'hex'))), true, 'an owner revokes one');
select is(public.revoke_invitation((select id from public.invitations where revoked_at is not null)), false, 'once');
select tests.stop_acting();
update public.invitations set expires_at = now()
where secret_hash = encode(sha256(convert_to(tests.link('late'), 'UTF8')), 'hex');
select is(min(expires_at), now() + interval '7 days', 'a link works for a week') from public.invitations where expires_at > now();

-- Who has nothing to do with them
select tests.act_as('mia');
select is_empty('select * from public.invitations', 'a member: sees no invitation');
select throws_ok('select public.revoke_invitation(id) from (select gen_random_uuid() as id) as x', 'PT404', 'there is no such invitation', 'a member: revokes none');
select throws_ok(format('select public.accept_invitation(%L)', tests.link('open')), 'PT409', 'they are a member already', 'a member: needs none');
select throws_ok(format('select public.accept_invitation(%L)', tests.link('owner')), 'PT409', 'they are a member already', 'a member: does not become an owner by one');
select tests.stop_acting();
create table tests.invitation as select id from public.invitations limit 1;
grant select on tests.invitation to public;
select tests.act_as('bob');
select is_empty('select * from public.invitations', 'another person: sees no invitation');
select throws_ok('select public.revoke_invitation(id) from tests.invitation', 'PT404', 'there is no such invitation', 'another person: revokes none');
select tests.stop_acting();
select tests.act_as('held');
select throws_ok(format('select public.accept_invitation(%L)', tests.link('open')), '42501', 'no live session', 'suspended: accepts none');
select is((select member_of from public.shown_invitation(tests.link('open'))), null, 'suspended: reads what everybody does');
select tests.stop_acting();

-- What whoever has the link reads
select tests.act_as_anonymous();
select throws_ok(format('select public.accept_invitation(%L)', tests.link('open')), '42501', null, 'anonymous: accepts none');
select throws_ok('select public.revoke_invitation(id) from tests.invitation', '42501', null, 'anonymous: revokes none');
select results_eq(
	format('select organization, invited_by, role, for_email, state, member_of from public.shown_invitation(%L)', tests.link(name)),
	format('values (''Garden'', ''Olga'', %L, %L::boolean, %L, null::uuid)', role, for_email, state), 'anonymous: reads what it is: ' || name
)
from (values
	('open', 'member', false, 'open'), ('owner', 'owner', false, 'open'), ('for ann', 'member', true, 'open'),
	('late', 'member', false, 'expired'), ('revoked', 'member', false, 'revoked')
) as shown (name, role, for_email, state);
select is_empty(format('select * from public.shown_invitation(%L)', secret), 'anonymous: reads nothing without the secret')
from unnest(array['', repeat('0', 32), null]) as secret;
select tests.stop_acting();
select tests.act_as('mia');
select is((select member_of from public.shown_invitation(tests.link('open'))), (select id from tests.places), 'a member: reads that they are one');
select tests.stop_acting();

-- While whoever made them is suspended, banned, or kept as deleted
create function tests.of_barred(p_what text) returns setof text
language plpgsql
set search_path = public, extensions
as $$
begin
	return next is((select state from public.shown_invitation(tests.link('owner'))), 'revoked', p_what || ': reads that it was taken back');
	perform tests.act_as('max');
	return next throws_ok(format('select public.accept_invitation(%L)', tests.link('owner')), 'PT409', 'the invitation was revoked', p_what || ': makes no owner');
	perform tests.stop_acting();
	perform tests.act_as('ann');
	return next is_empty('select * from public.list_my_invitations()', p_what || ': nor is one for an address shown');
	perform tests.stop_acting();
end;
$$;
update public.users set suspended_at = now() where id = tests.id_of('olga');
select tests.of_barred('made by somebody suspended');
update public.users set suspended_at = null where id = tests.id_of('olga');
update auth.users set banned_until = now() + interval '1 day' where id = tests.id_of('olga');
select tests.of_barred('made by somebody banned');
update auth.users set banned_until = null, deleted_at = now() where id = tests.id_of('olga');
select tests.of_barred('made by an account that is kept as deleted');
update auth.users set banned_until = now(), deleted_at = null where id = tests.id_of('olga');
select is((select state from public.shown_invitation(tests.link('owner'))), 'open', 'afterwards it is open again');

-- Accepting
select tests.act_as('bob');
select throws_ok(format('select public.accept_invitation(%L)', secret), code, message, 'not: ' || message)
from (values
	(repeat('0', 32), 'PT404', 'there is no such invitation'), (null, 'PT404', 'there is no such invitation'),
	(tests.link('late'), 'PT409', 'the invitation has expired'), (tests.link('revoked'), 'PT409', 'the invitation was revoked'),
	(tests.link('for ann'), 'PT403', 'the invitation is for another email')
) as refused (secret, code, message);
select is(public.accept_invitation(tests.link('open')), (select id from tests.places), 'whoever has the link accepts');
select is((select role from public.memberships where user_id = private.user_id()), 'member', 'as what it says');
select tests.stop_acting();
select results_eq(
	'select used_by, used_at from public.invitations where used_at is not null', 'select tests.id_of(''bob''), now()', 'it is used'
);
select tests.act_as('max');
select throws_ok(format('select public.accept_invitation(%L)', tests.link('open')), 'PT409', 'the invitation was used', 'once');
select lives_ok(format('select public.accept_invitation(%L)', tests.link('owner')), 'another link');
select is((select role from public.memberships where user_id = private.user_id()), 'owner', 'makes an owner');
select tests.stop_acting();
select tests.act_as('unconfirmed');
select throws_ok(format('select public.accept_invitation(%L)', tests.link('for unconfirmed')), 'PT403', 'the invitation is for another email', 'an address that is not confirmed is nobody''s');
select tests.stop_acting();
select tests.act_as('ann');
select lives_ok(format('select public.accept_invitation(%L)', tests.link('for ann')), 'whoever has the address accepts');
select is(jsonb_array_length(public.export_my_data() #> '{organizations,memberships}'), 1, 'and has it in their data');
select tests.stop_acting();
select tests.act_as('olga');
select is(jsonb_array_length(public.export_my_data() #> '{organizations,invitations}'), 6, 'who invited has the invitations in theirs');
select ok(not public.export_my_data()::text like '%secret_hash%', 'without the hashes');
select tests.stop_acting();

-- How many
insert into public.invitations (organization_id, role, secret_hash, created_by)
select id, 'member', lpad(n::text, 64, '0'), tests.id_of('olga') from tests.places, generate_series(1, 48) as n;
insert into public.invitations (organization_id, role, secret_hash, created_by, expires_at)
select id, 'member', lpad('f', 64, '0'), tests.id_of('olga'), now() - interval '31 days' from tests.places;
select tests.act_as('olga');
select lives_ok('select public.invite_to_organization((select id from tests.places), ''member'')', 'the last of fifty open ones');
select is_empty('select from public.invitations where expires_at < now() - interval ''30 days''', 'what expired long ago is gone');
select throws_ok('select public.invite_to_organization((select id from tests.places), ''member'')', 'PT409', 'too many open invitations', 'one more is refused');
select tests.stop_acting();

-- Taken away, among many others
insert into auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at)
select gen_random_uuid(), 'authenticated', 'authenticated', 'other.' || n || '@tests.example', now(), now(), now() from generate_series(1, 3000) as n;
insert into public.notifications (user_id, kind, data)
select id, 'organization.invited', jsonb_build_object('id', gen_random_uuid()) from auth.users;
insert into public.invitations (organization_id, role, email, secret_hash)
select id, 'member', 'other.' || n || '@tests.example', lpad('e' || n::text, 64, '0') from tests.places, generate_series(1, 20) as n;
insert into public.notifications (user_id, kind, data)
select account.id, 'organization.invited', jsonb_build_object('id', invitation.id)
from auth.users as account join public.invitations as invitation on invitation.email = account.email and invitation.email like 'other.%';
analyze auth.users;
analyze public.notifications;
create function tests.read() returns bigint language sql set search_path = '' as $$
	select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_xact_user_tables
	where relid in ('auth.users'::regclass, 'public.notifications'::regclass) $$;
create table tests.before as select count(*) as notifications, 0::bigint as read from public.notifications;
update tests.before set read = tests.read();
delete from public.invitations where email like 'other.%';
select cmp_ok(tests.read() - (select read from tests.before), '<', 1000::bigint, 'an invitation goes, and few others are looked at for that');
select is((select notifications - 20 from tests.before), (select count(*) from public.notifications), 'what people were told of it goes with it');
update tests.before set read = tests.read();
select tests.act_as('olga');
select throws_ok('select public.invite_to_organization((select id from tests.places), ''member'', ''other.7@tests.example'')', 'PT409', 'too many open invitations');
select tests.stop_acting();
update public.invitations set revoked_at = now() where email is null and used_at is null;
select tests.act_as('olga');
select lives_ok('select public.invite_to_organization((select id from tests.places), ''member'', ''other.7@tests.example'')', 'one more is made');
select tests.stop_acting();
select cmp_ok(tests.read() - (select read from tests.before), '<', 1000::bigint, 'nor for a new one');
select is((select count(*)::integer from public.notifications where user_id = tests.id_of('other.7')), 2, 'and who has the address is told');

select * from finish();
rollback;
