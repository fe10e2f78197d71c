-- An invitation for an email is shown to the account that has confirmed it, which needs no link.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person(name) from unnest(array['olga', 'mia', 'ann', 'bob', 'held', 'unconfirmed']) as name;
update public.users set suspended_at = now() where id = tests.id_of('held');
update auth.users set email_confirmed_at = null where id = tests.id_of('unconfirmed');
create table tests.places as select gen_random_uuid() as id;
insert into public.organizations (id, name) select id, 'Garden' from tests.places;
insert into public.memberships (organization_id, user_id, role)
select id, tests.id_of('olga'), 'owner' from tests.places union all select id, tests.id_of('mia'), 'member' from tests.places;
grant all on tests.places to public;
create function tests.invite(p_name text) returns text language sql set search_path = ''
as $$ select public.invite_to_organization((select id from tests.places), 'member', p_name || '@tests.example') $$;
create function tests.invitation_for(p_name text) returns uuid language sql stable security definer set search_path = ''
as $$
	select id from public.invitations where email = p_name || '@tests.example' and revoked_at is null
	order by created_at desc, id limit 1
$$;
grant execute on function tests.invite(text), tests.invitation_for(text) to public;

-- Inviting
select tests.act_as('olga');
select matches(tests.invite(name), '^[0-9a-f]{32}$', 'whoever invites learns nothing of ' || name)
from unnest(array['ann', 'unconfirmed', 'nobody', 'mia', 'held']) as name;
select tests.stop_acting();
select results_eq(
	$$ select user_id, kind, data from public.notifications where kind = 'organization.invited' and user_id <> tests.id_of('held') $$,
	$$ select tests.id_of('ann'), 'organization.invited', jsonb_build_object('id', tests.invitation_for('ann'), 'title', 'Garden') $$,
	'only the account that has confirmed the address and is no member yet is told'
);

-- Seeing
select tests.act_as('ann');
select results_eq(
	'select id, organization, invited_by, role, expires_at from public.list_my_invitations()',
	$$ select tests.invitation_for('ann'), 'Garden', 'Olga', 'member', now() + interval '7 days' $$,
	'they see who invites them to what'
);
select is_empty('select from public.invitations', 'and nothing of the table');
select is(public.me() -> 'organizations', '[]', 'they are in none yet');
select tests.stop_acting();
select tests.act_as(name) from (values ('bob')) as other (name);
select is_empty('select * from public.list_my_invitations()', 'another person: sees none');
select throws_ok(format('select public.%s(%L)', act, tests.invitation_for('ann')), 'PT404', 'there is no such invitation', 'another person: ' || act)
from unnest(array['accept_my_invitation', 'decline_my_invitation']) as act;
select tests.stop_acting();
select tests.act_as('unconfirmed');
select is_empty('select * from public.list_my_invitations()', 'an address that is not confirmed is nobody''s');
select throws_ok(format('select public.%s(%L)', act, tests.invitation_for('unconfirmed')), 'PT404', 'there is no such invitation', 'not confirmed: ' || act)
from unnest(array['accept_my_invitation', 'decline_my_invitation']) as act;
select is(public.export_my_data() -> 'organizations' -> 'invitations_for_me', '[]', 'and in nobody''s data');
select tests.stop_acting();
select tests.act_as('mia');
select is_empty('select * from public.list_my_invitations()', 'a member needs none');
select throws_ok(format('select public.accept_my_invitation(%L)', tests.invitation_for('mia')), 'PT409', 'they are a member already', 'and does not become one again');
select tests.stop_acting();
select tests.act_as('held');
select throws_ok('select * from public.list_my_invitations()', '42501', 'no live session', 'suspended: sees none');
select throws_ok(format('select public.%s(%L)', act, tests.invitation_for('held')), '42501', 'no live session', 'suspended: ' || act)
from unnest(array['accept_my_invitation', 'decline_my_invitation']) as act;
select is(public.me() -> 'organizations', '[]', 'suspended: is told of no organization');
select tests.stop_acting();
select tests.act_as_anonymous();
select throws_ok('select * from public.list_my_invitations()', '42501', null, 'anonymous: sees none');
select throws_ok(format('select public.%s(gen_random_uuid())', act), '42501', null, 'anonymous: ' || act)
from unnest(array['accept_my_invitation', 'decline_my_invitation']) as act;
select tests.stop_acting();

-- One for whoever has the link is nobody's without it
select tests.act_as('olga');
select lives_ok('select public.invite_to_organization((select id from tests.places), ''owner'')', 'a link for anybody');
select tests.stop_acting();
create table tests.open_link as select id from public.invitations where email is null;
grant select on tests.open_link to public;
select tests.act_as('bob');
select throws_ok('select public.accept_my_invitation(id) from tests.open_link', 'PT404', 'there is no such invitation', 'cannot be used by its id');
select tests.stop_acting();

-- Inviting again
select tests.act_as('olga');
select isnt(tests.invite('ann'), null, 'the same address again');
select is((select count(*) from public.invitations where email = 'ann@tests.example' and revoked_at is null), 1::bigint, 'has one open invitation');
select tests.stop_acting();
select results_eq(
	$$ select data ->> 'id' from public.notifications where kind = 'organization.invited' and user_id = tests.id_of('ann') $$,
	$$ select tests.invitation_for('ann')::text $$, 'and hears of that one alone'
);

-- Declining and accepting
select tests.act_as('ann');
select is(public.decline_my_invitation(tests.invitation_for('ann')), true, 'they decline');
select is_empty('select * from public.list_my_invitations()', 'and it is gone');
select tests.stop_acting();
select tests.act_as('olga');
select isnt(tests.invite('ann'), null, 'a third one');
select tests.stop_acting();
create table tests.third as select tests.invitation_for('ann') as id;
grant select on tests.third to public;
select tests.act_as('ann');
select is(public.accept_my_invitation(id), (select id from tests.places), 'they accept') from tests.third;
select is(
	public.me() -> 'organizations',
	jsonb_build_array(jsonb_build_object('id', (select id from tests.places), 'name', 'Garden', 'role', 'member')),
	'and are in it, as every page knows'
);
select is(public.decline_my_invitation(id), false, 'what was used cannot be declined') from tests.third;
select throws_ok('select public.accept_my_invitation(id) from tests.third', 'PT409', 'they are a member already', 'nor used again');
select tests.stop_acting();

-- Removed
select tests.act_as('olga');
select isnt(public.invite_to_organization((select id from tests.places), 'owner', 'ann@tests.example'), null, 'a fourth one, while they are a member');
select tests.stop_acting();
create table tests.fourth as
select id from public.invitations where email = 'ann@tests.example' and used_at is null and revoked_at is null;
grant select on tests.fourth to public;
delete from public.memberships where user_id = tests.id_of('ann');
select tests.act_as('ann');
select is_empty('select * from public.list_my_invitations()', 'whoever was removed finds no way back');
select throws_ok('select public.accept_my_invitation(id) from tests.fourth', 'PT409', 'the invitation was revoked', 'nor takes one');
select tests.stop_acting();

-- What goes with an account
select tests.act_as('olga');
select public.create_organization('Hers alone');
select is(
	public.list_my_losses(),
	'[{"what": "organization", "count": 1, "name": "Hers alone"}, {"what": "membership", "count": 1, "name": "Garden"}]',
	'what nobody else is in goes, and the rest stays'
);
select tests.stop_acting();

-- Expired
update public.invitations set expires_at = now(), used_at = null, revoked_at = null where email = 'unconfirmed@tests.example';
update auth.users set email_confirmed_at = now() where id = tests.id_of('unconfirmed');
create table tests.late as select id from public.invitations where email = 'unconfirmed@tests.example';
grant select on tests.late to public;
select tests.act_as('unconfirmed');
select is_empty('select * from public.list_my_invitations()', 'what has expired is not shown');
select throws_ok('select public.accept_my_invitation(id) from tests.late', 'PT409', 'the invitation has expired', 'nor accepted');
select tests.stop_acting();

-- How many
insert into public.organizations (id, name) select gen_random_uuid(), 'Place ' || n from generate_series(1, 100) as n;
insert into public.memberships (organization_id, user_id) select id, tests.id_of('bob') from public.organizations where name like 'Place %';
insert into public.memberships (organization_id, user_id, role)
select id, tests.id_of('olga'), 'owner' from public.organizations where name like 'Place %';
select tests.act_as('olga');
select isnt(tests.invite('bob'), null, 'one more for somebody who is in a hundred');
select tests.stop_acting();
create table tests.further as select tests.invitation_for('bob') as id;
grant select on tests.further to public;
select tests.act_as('bob');
select throws_ok('select public.accept_my_invitation(id) from tests.further', 'PT409', 'too many memberships', 'is refused');
select throws_ok('select public.create_organization(''One more'')', 'PT409', 'too many memberships', 'and makes none either');
select tests.stop_acting();

-- How often
insert into public.invitations (organization_id, role, secret_hash, created_by, revoked_at)
select place.id, 'member', encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), tests.id_of('olga'), now()
from tests.places as place, generate_series(1, 200) as n;
select tests.act_as('olga');
select throws_ok('select tests.invite(''ann'')', 'PT409', 'too many invitations in a day', 'nobody is flooded with invitations');
select tests.stop_acting();

-- And not by organizations that come and go either
delete from public.notifications;
select tests.make_person('flood');
create function tests.flood(p_name text) returns void language plpgsql set search_path = ''
as $$
declare
	v_id uuid := public.create_organization(p_name);
begin
	perform public.invite_to_organization(v_id, 'member', 'ann@tests.example');
	if p_name <> 'Stays' then
		perform public.delete_organization(v_id, p_name);
	end if;
end
$$;
grant execute on function tests.flood(text) to public;
select tests.act_as('flood');
select tests.flood(name) from unnest(array['Stays', 'Goes', 'Goes', 'Goes']) as name;
select tests.stop_acting();
select results_eq(
	$$ select data ->> 'title' from public.notifications where user_id = tests.id_of('ann') $$,
	$$ values ('Stays') $$, 'what is told of an invitation goes with its organization'
);
delete from auth.users where id = tests.id_of('flood');
select is_empty('select from public.notifications', 'and with its last owner');

select * from finish();
rollback;
