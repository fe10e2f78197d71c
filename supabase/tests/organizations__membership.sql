-- Who sees an organization, who changes what in it, and that it always has an owner.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person(name)
from unnest(array['olga', 'omar', 'mia', 'max', 'otto', 'rex', 'held']) as name;
select tests.make_admin('boss');
create table tests.places (name text, id uuid);
grant all on tests.places to public;
create function tests.place(p_name text default 'Garden') returns uuid language sql stable set search_path = '' as $$ select id from tests.places where name = p_name $$;
create function tests.roles(p_name text default 'Garden') returns text language sql stable security definer set search_path = '' as $$
	select string_agg(split_part(email, '@', 1) || ' ' || member.role, ', ' order by email)
	from public.memberships as member join auth.users on id = user_id where organization_id = tests.place(p_name)
$$;
grant execute on function tests.place(text), tests.roles(text) to public;

-- Making one
select tests.act_as('olga');
insert into tests.places select 'Garden', public.create_organization('  Garden ');
select results_eq('select name from public.organizations', $$ values ('Garden') $$, 'who makes one sees it');
select is(tests.roles(), 'olga owner', 'and is its owner');
select throws_ok(format('select public.create_organization(%L)', name), '23514', null, 'a name is one line of text: ' || length(name))
from unnest(array['', ' ', repeat('x', 81), E'x\ny', U&'x\202Ey']) as name;
select tests.stop_acting();
select tests.act_as('otto');
insert into tests.places select 'Elsewhere', public.create_organization('Elsewhere');
select lives_ok('select public.create_organization(''Another'')', 'one of twenty') from generate_series(2, 20);
select throws_ok('select public.create_organization(''Another'')', 'PT409', 'too many organizations', 'nobody makes more than twenty');
select tests.stop_acting();
insert into public.memberships (organization_id, user_id, role, created_at)
select tests.place(), tests.id_of(name), 'member', now() + n * interval '1 minute'
from (values ('rex', 1), ('held', 2), ('mia', 3), ('max', 4)) as member (name, n);
update public.users set suspended_at = now() where id = tests.id_of('held');
create table tests.tokens as select tests.claims_of('rex') as claims;
grant select on tests.tokens to public;
delete from public.memberships where user_id = tests.id_of('rex');

-- Everything that can be tried on it
create table tests.attempts (call text);
insert into tests.attempts values
	($$ select public.rename_organization(tests.place(), 'x') $$),
	($$ select public.invite_to_organization(tests.place(), 'member') $$),
	($$ select public.set_member_role(tests.place(), tests.id_of('mia'), 'owner') $$),
	($$ select public.remove_member(tests.place(), tests.id_of('max')) $$),
	($$ select public.hand_over_organization(tests.place(), tests.id_of('mia')) $$),
	($$ select public.delete_organization(tests.place(), 'Garden') $$);
grant select on tests.attempts to public;
create table tests.writes (call text, denied text);
insert into tests.writes values
	($$ insert into public.organizations (name) values ('x') $$, tests.denied('organizations')),
	($$ update public.organizations set name = 'x' $$, tests.denied('organizations')),
	($$ delete from public.organizations $$, tests.denied('organizations')),
	($$ insert into public.memberships (organization_id, user_id) values (tests.place(), private.user_id()) $$, tests.denied('memberships')),
	($$ update public.memberships set role = 'owner' $$, tests.denied('memberships')),
	($$ delete from public.memberships $$, tests.denied('memberships')),
	($$ insert into public.invitations (organization_id, role, secret_hash) values (tests.place(), 'owner', repeat('0', 64)) $$, tests.denied('invitations')),
	($$ update public.invitations set role = 'owner' $$, tests.denied('invitations')),
	($$ delete from public.invitations $$, tests.denied('invitations')),
	($$ select private.export__organizations(tests.id_of('olga')) $$, 'permission denied for function export__organizations'),
	($$ select private.require_membership(tests.place()) $$, 'permission denied for function require_membership');
grant select on tests.writes to public;

select tests.act_as_anonymous();
select throws_ok(call, '42501', null, 'anonymous: no' || call) from tests.attempts;
select throws_ok(call, '42501', null, 'anonymous: no' || call) from tests.writes;
select throws_ok('select * from public.' || name, '42501', tests.denied(name), 'anonymous: sees no ' || name)
from unnest(array['organizations', 'memberships', 'invitations']) as name;
select throws_ok('select public.list_members(tests.place())', '42501', null, 'anonymous: no list of members');
select tests.stop_acting();

select tests.act_as('otto');
select is_empty('select * from public.organizations where id = tests.place()', 'member of another: does not see it');
select is_empty('select * from public.memberships where organization_id = tests.place()', 'member of another: sees no member');
select is_empty('select * from public.list_members(tests.place())', 'member of another: not by the list either');
select throws_ok(call, 'PT404', 'there is no such organization', 'member of another: no' || call) from tests.attempts;
select throws_ok('select public.leave_organization(tests.place())', 'PT404', null, 'member of another: does not leave it');
select throws_ok(call, '42501', denied, 'member of another: no' || call) from tests.writes;
select tests.stop_acting();

select tests.act_with(claims) from tests.tokens;
select is_empty('select * from public.' || name, 'removed a moment ago: sees no ' || name)
from unnest(array['organizations', 'memberships', 'invitations']) as name;
select is_empty('select * from public.list_members(tests.place())', 'removed a moment ago: no list of members');
select throws_ok(call, 'PT404', 'there is no such organization', 'removed a moment ago: no' || call) from tests.attempts;
select tests.stop_acting();

select tests.act_as('held');
select is_empty('select * from public.' || name, 'suspended: sees no ' || name)
from unnest(array['organizations', 'memberships', 'invitations']) as name;
select throws_ok(call, '42501', 'no live session', 'suspended: no' || call) from tests.attempts;
select throws_ok('select public.list_members(tests.place())', '42501', 'no live session', 'suspended: no list of members');
select tests.stop_acting();

select tests.act_as('mia');
select results_eq('select name from public.organizations', $$ values ('Garden') $$, 'member: sees it, and no other');
select is((select count(*) from public.memberships), 4::bigint, 'member: sees the others');
select results_eq(
	'select name, role from public.list_members(tests.place())',
	$$ values ('Olga', 'owner'), ('Held', 'member'), ('Mia', 'member'), ('Max', 'member') $$, 'member: and their names'
);
select is_empty('select * from public.users where id <> private.user_id()', 'member: but not their profiles');
select throws_ok(call, 'PT403', 'only an owner may do this', 'member: no' || call) from tests.attempts;
select throws_ok(call, '42501', denied, 'member: no' || call) from tests.writes;
select tests.stop_acting();

select tests.act_as('boss');
select is((select count(*) from public.organizations), 21::bigint, 'admin: sees all');
select is((select count(*) from public.list_members(tests.place())), 4::bigint, 'admin: and their members');
select throws_ok(call, 'PT404', 'there is no such organization', 'admin: no' || call) from tests.attempts;
select throws_ok(call, '42501', denied, 'admin: no' || call) from tests.writes;
select tests.stop_acting();

-- The last owner
select tests.act_as('olga');
select throws_ok('select public.leave_organization(tests.place())', 'PT409', 'an organization has an owner', 'the last owner does not leave');
select throws_ok('select public.remove_member(tests.place(), tests.id_of(''olga''))', 'PT409', 'an organization has an owner', 'nor remove themselves');
select throws_ok('select public.set_member_role(tests.place(), tests.id_of(''olga''), ''member'')', 'PT409', 'an organization has an owner', 'nor become a member');
select throws_ok('select public.hand_over_organization(tests.place(), tests.id_of(''olga''))', 'PT404', 'they are no member', 'nor hand over to themselves');
select throws_ok('select public.hand_over_organization(tests.place(), tests.id_of(''otto''))', 'PT404', 'they are no member', 'nor to who is no member');
select throws_ok('select public.set_member_role(tests.place(), tests.id_of(''otto''), ''owner'')', 'PT404', 'they are no member', 'who is no member gets no role');
select throws_ok('select public.remove_member(tests.place(), tests.id_of(''otto''))', 'PT404', 'they are no member', 'and is not removed');
select throws_ok('select public.set_member_role(tests.place(), tests.id_of(''mia''), ' || role || ')', '22023', null, 'no such role: ' || role)
from unnest(array['''admin''', 'null']) as role;
select tests.stop_acting();
select tests.act_as_service_role();
select throws_ok(
	'update public.memberships set role = ''member'' where organization_id = tests.place()',
	'PT409', 'an organization has an owner', 'the service role: does not demote the last owner either'
);
select tests.stop_acting();

-- An owner's acts
select tests.act_as('olga');
select public.rename_organization(tests.place(), ' Orchard ');
select is((select name from public.organizations), 'Orchard', 'an owner renames');
select is(public.set_member_role(tests.place(), tests.id_of('mia'), 'owner'), true, 'and shares the role');
select is(public.set_member_role(tests.place(), tests.id_of('mia'), 'owner'), false, 'once');
select is(tests.roles(), 'held member, max member, mia owner, olga owner', 'with one');
select lives_ok('select public.invite_to_organization(tests.place(), ''owner'')', 'and makes a link');
select is(public.set_member_role(tests.place(), tests.id_of('mia'), 'member'), true, 'and takes the role back');
select public.hand_over_organization(tests.place(), tests.id_of('mia'));
select is(tests.roles(), 'held member, max member, mia owner, olga member', 'or hands over');
select throws_ok(call, 'PT403', 'only an owner may do this', 'an owner of a moment ago: no' || call) from tests.attempts;
select is_empty('select * from public.invitations', 'an owner of a moment ago: sees no invitation');
select tests.stop_acting();
select isnt((select revoked_at from public.invitations), null, 'and the link that they made is dead');
select tests.act_as('mia');
select public.remove_member(tests.place(), tests.id_of('olga'));
select is(tests.roles(), 'held member, max member, mia owner', 'the new owner removes');
select throws_ok('select public.delete_organization(tests.place(), ''Garden'')', 'PT409', 'this is not its name', 'who deletes it types its name');
select tests.stop_acting();
select tests.act_as('max');
select lives_ok('select public.leave_organization(tests.place())', 'a member leaves');
select is_empty('select * from public.organizations', 'and sees it no more');
select tests.stop_acting();

-- Accounts that are deleted
insert into public.memberships (organization_id, user_id, created_at)
values (tests.place(), tests.id_of('olga'), now() + interval '3 minutes'), (tests.place(), tests.id_of('omar'), now() + interval '4 minutes');
insert into public.invitations (organization_id, role, secret_hash, created_by)
values (tests.place(), 'owner', repeat('1', 64), tests.id_of('mia'));
delete from auth.users where id = tests.id_of('mia');
select is(tests.roles(), 'held member, olga owner, omar member', 'after the last owner''s account, the member of longest standing who is not suspended owns it');
select isnt((select revoked_at from public.invitations where secret_hash = repeat('1', 64)), null, 'the links of the account are dead');
delete from auth.users where id = tests.id_of('omar');
select is(tests.roles(), 'held member, olga owner', 'a member''s account goes without more');
delete from auth.users where id = tests.id_of('olga');
select is(tests.roles(), 'held owner', 'somebody suspended owns it when nobody else is left');
delete from auth.users where id = tests.id_of('held');
select is_empty('select from public.organizations where id = tests.place()', 'without members it goes');
select is_empty('select from public.invitations', 'with its invitations');

-- Deleting
select tests.act_as('otto');
select public.delete_organization(tests.place('Elsewhere'), 'Elsewhere');
select is_empty('select from public.organizations where id = tests.place(''Elsewhere'')', 'an owner deletes it');
select is_empty('select from public.memberships where organization_id = tests.place(''Elsewhere'')', 'with its memberships');
select is(
	jsonb_array_length(public.export_my_data() #> '{organizations,memberships}'), 19, 'the data that people take with them names their organizations'
);
select is(public.export_my_data() #>> '{organizations,memberships,0,organization}', 'Another', 'by name');
select tests.stop_acting();

-- That nobody waits in a circle shows only when two act at the same moment, and then not each time.
select has_trigger('public', 'users', '_400_organizations', 'an account that goes locks its organizations first');

select * from finish();
rollback;
