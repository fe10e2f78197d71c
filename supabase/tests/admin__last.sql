-- There is always at least one active admin, whoever tries to change that; and how the first one is made.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bare');
select tests.make_person('new');
select tests.make_person('held');
delete from public.users where id = tests.id_of('bare');
update auth.users set email_confirmed_at = null where id = tests.id_of('new');
-- Single sign-on may give two accounts one address.
insert into auth.users (id, aud, role, email, email_confirmed_at, is_sso_user, created_at, updated_at)
select gen_random_uuid(), 'authenticated', 'authenticated', 'twin@tests.example', now(), is_sso_user, now(), now()
from (values (false), (true)) as twin (is_sso_user);
update public.users set suspended_at = now() where id = tests.id_of('held');

-- The first one
select tests.act_as('ann');
select throws_ok('select public.make_admin(''ann@tests.example'')', '42501', 'permission denied for function make_admin', 'a user: makes no first admin');
select throws_ok('select private.make_admin(''ann@tests.example'')', '42501', null, 'a user: nor past the API');
select tests.stop_acting();
select tests.act_as_anonymous();
select throws_ok('select public.make_admin(''ann@tests.example'')', '42501', null, 'anonymous: makes no first admin');
select tests.stop_acting();
select tests.act_as_service_role();
select throws_ok('select public.make_admin(''nobody@tests.example'')', 'PT404', 'there is no such account', 'service role: says that there is no account');
select throws_ok('select public.make_admin(null)', 'PT404', 'there is no such account', 'service role: nor one without an address');
select throws_ok('select public.make_admin(''new@tests.example'')', 'PT409', 'the address has not been confirmed', 'service role: says that it is not confirmed');
select throws_ok('select public.make_admin(''held@tests.example'')', 'PT409', 'the account is suspended', 'service role: says that it is suspended');
select throws_ok('select public.make_admin(''twin@tests.example'')', 'PT409', 'several accounts have this address', 'service role: does not choose between two');
select ok(public.make_admin(' Ann@tests.example '), 'service role: makes the first admin');
select ok(not public.make_admin('ann@tests.example'), 'service role: to do so again changes nothing');
select tests.stop_acting();
select results_eq(
	'select via, act, actor_id, subject_id from public.audit_log',
	$$ values ('command line', 'role_set', null::uuid, tests.id_of('ann')) $$,
	'the log has it once'
);

-- Somebody who cannot log in is no active admin
select tests.act_as('ann');
select throws_ok(
	format('select public.admin_set_role(%L, ''admin'')', tests.id_of('new')), 'PT409', 'their email is not confirmed',
	'admin: makes nobody one whose email is not confirmed'
);
select tests.stop_acting();
update public.users set role = 'admin' where id = tests.id_of('new');
select throws_ok(
	format('update public.users set role = ''user'' where id = %L', tests.id_of('ann')), 'PT409', 'the last active admin stays one',
	'one that got there another way does not count'
);
update public.users set role = 'user' where id = tests.id_of('new');
select tests.act_as('ann');
select throws_ok('select public.make_admin(''bare@tests.example'')', '42501', null, 'an admin: has another way');
select tests.stop_acting();

-- The last one
create function tests.last_admin_stays(p_statement text, p_what text) returns text language sql set search_path = public, extensions as $$
	select throws_ok(p_statement, 'PT409', 'the last active admin stays one', p_what);
$$;
grant execute on function tests.last_admin_stays(text, text) to public;
select tests.last_admin_stays(format('update public.users set role = ''user'' where id = %L', tests.id_of('ann')), 'the owner of the tables: does not demote them');
select tests.last_admin_stays(format('update public.users set suspended_at = now() where id = %L', tests.id_of('ann')), 'the owner of the tables: does not suspend them');
select tests.last_admin_stays(format('delete from public.users where id = %L', tests.id_of('ann')), 'the owner of the tables: does not delete the profile');
select tests.last_admin_stays(format('delete from auth.users where id = %L', tests.id_of('ann')), 'the dashboard: does not delete the account');
select tests.last_admin_stays('update public.users set role = ''user''', 'the owner of the tables: nor all at once');
select tests.act_as_service_role();
select tests.last_admin_stays(format('update public.users set role = ''user'' where id = %L', tests.id_of('ann')), 'service role: does not demote them');
select tests.last_admin_stays(format('delete from public.users where id = %L', tests.id_of('ann')), 'service role: does not delete the profile');
select tests.stop_acting();
select tests.act_as('ann');
select tests.last_admin_stays('select public.delete_my_account()', 'the last admin: does not leave');
select tests.stop_acting();
select lives_ok(format('update public.users set name = ''Ann II'' where id = %L', tests.id_of('ann')), 'a name is no right');

-- A second one does not count while they could do nothing
select tests.make_admin('second');
select lives_ok(format('update public.users set suspended_at = now(), suspended_until = now() + interval ''1 day'' where id = %L', tests.id_of('second')), 'the second admin can be suspended');
select tests.last_admin_stays(format('update public.users set role = ''user'' where id = %L', tests.id_of('ann')), 'a suspended admin is nobody to stay behind');
select lives_ok(format('update public.users set role = ''user'' where id = %L', tests.id_of('second')), 'and can be demoted');
update public.users set role = 'admin', suspended_at = now() - interval '2 days', suspended_until = now() - interval '1 day' where id = tests.id_of('second');
update auth.users set banned_until = now() + interval '1 day' where id = tests.id_of('second');
select tests.last_admin_stays(format('update public.users set role = ''user'' where id = %L', tests.id_of('ann')), 'nor is one who is banned');
update auth.users set banned_until = null, deleted_at = now() where id = tests.id_of('second');
select tests.last_admin_stays(format('update public.users set role = ''user'' where id = %L', tests.id_of('ann')), 'nor one who is deleted softly');
update auth.users set deleted_at = null where id = tests.id_of('second');

-- With a second one who can
select tests.last_admin_stays('update public.users set role = ''user''', 'not both at once');
select tests.act_as('second');
select ok(public.admin_set_role(tests.id_of('ann'), 'user'), 'a suspension that is over: the admin demotes the first');
select tests.stop_acting();
select tests.last_admin_stays('update public.users set suspended_at = now(), suspended_until = null where role = ''admin''', 'and is the last one now');
update public.users set role = 'admin' where id = tests.id_of('ann');
select tests.act_as('ann');
select lives_ok('select public.delete_my_account()', 'an admin: leaves while another one stays');
select tests.stop_acting();
select is(tests.id_of('ann'), null, 'and is gone');

-- Who has no profile yet gets it on the way
select tests.act_as_service_role();
select ok(public.make_admin('bare@tests.example'), 'service role: makes an admin of somebody whose profile is missing');
select tests.stop_acting();
select results_eq($$ select role, source from public.users where id = tests.id_of('bare') $$, $$ values ('admin', 'repair') $$, 'who has one now');

select * from finish();
rollback;
