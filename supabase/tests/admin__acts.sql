-- What admins do to people, what is refused, and that each act stands in the log.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_admin('boss');
select tests.make_admin('second');
select tests.make_admin('demoted');
select tests.make_admin('held');
select tests.make_admin('out');
select tests.make_person('ann');
select tests.make_person('bare');
create table tests.tokens as
	select name, tests.id_of(name) as id, tests.claims_of(name) as claims
	from unnest(array['boss', 'second', 'demoted', 'held', 'out', 'ann', 'bare']) as name;
grant select on tests.tokens to public;
update public.users set role = 'user' where id = tests.id_of('demoted');
update public.users set suspended_at = now() where id = tests.id_of('held');
delete from auth.sessions where user_id = tests.id_of('out');
delete from public.users where id = tests.id_of('bare');
create function tests.act_with_token_of(p_name text) returns void language sql set search_path = '' as $$
	select tests.act_with(claims) from tests.tokens where name = p_name;
$$;
create function tests.log_of(p_name text) returns table (act text, before jsonb, after jsonb, reason text) language sql
security definer set search_path = '' as $$
	select act, before, after, reason from public.audit_log where subject_email = p_name || '@tests.example' order by id;
$$;
select set_config('request.headers', '{"x-request-id": "req-1"}', true);

-- Every act, by everybody who is no admin
create table tests.calls (call text);
insert into tests.calls
select format(call, tests.id_of('ann')) from unnest(array[
	'admin_set_role(%L, ''admin'')',
	'admin_suspend_user(%L, ''x'')',
	'admin_restore_user(%L)',
	'admin_end_session(%L)',
	'admin_end_sessions(%L)',
	'admin_delete_user(%L, ''ann@tests.example'')',
	'admin_record(''invited'', %L)'
]) as call;
grant select on tests.calls to public;
select tests.act_as_anonymous();
select throws_ok('select public.' || call, '42501', 'permission denied for function ' || split_part(call, '(', 1), 'anonymous: no ' || split_part(call, '(', 1)) from tests.calls;
select tests.stop_acting();
select tests.act_with_token_of('ann');
select throws_ok('select public.' || call, '42501', 'only an admin may do this', 'a user: no ' || split_part(call, '(', 1)) from tests.calls;
select tests.stop_acting();
select tests.act_with_token_of('demoted');
select throws_ok('select public.' || call, '42501', 'only an admin may do this', 'demoted, token valid: no ' || split_part(call, '(', 1)) from tests.calls;
select tests.stop_acting();
select tests.act_with_token_of('held');
select throws_ok('select public.' || call, '42501', 'only an admin may do this', 'suspended admin: no ' || split_part(call, '(', 1)) from tests.calls;
select tests.stop_acting();
select tests.act_with_token_of('out');
select throws_ok('select public.' || call, '42501', 'only an admin may do this', 'signed out admin: no ' || split_part(call, '(', 1)) from tests.calls;
select tests.stop_acting();
select is_empty('select * from public.audit_log', 'and none of them left a line in the log');

-- Roles
select tests.act_with_token_of('boss');
select ok(public.admin_set_role(tests.id_of('ann'), 'admin', ' Helps out '), 'admin: makes an admin');
select ok(not public.admin_set_role(tests.id_of('ann'), 'admin'), 'admin: to do so again changes nothing');
select ok(public.admin_set_role(tests.id_of('ann'), 'user'), 'admin: and takes it back');
select throws_ok(format('select public.admin_set_role(%L, %s)', tests.id_of('ann'), role), '22023', 'there is no such role', 'admin: no role ' || role)
from unnest(array['''owner''', 'null', '''''']) as role;
select throws_ok('select public.admin_set_role(gen_random_uuid(), ''user'')', 'PT404', 'there is no such account', 'admin: nobody is changed who is not there');
select throws_ok(format('select public.admin_set_role(%L, ''admin'')', tests.id_of('bare')), 'PT409', 'the account has no profile yet', 'admin: no role without a profile');
select throws_ok('select public.admin_set_role(private.user_id(), ''user'')', 'PT409', 'nobody does this to themselves', 'admin: is not demoted by themselves');
select ok(not public.admin_set_role(private.user_id(), 'admin'), 'admin: is what they are');
select tests.stop_acting();
select results_eq(
	$$ select * from tests.log_of('ann') $$,
	$$ values ('role_set', '{"role": "user"}'::jsonb, '{"role": "admin"}'::jsonb, 'Helps out'), ('role_set', '{"role": "admin"}', '{"role": "user"}', null) $$,
	'the log has each change with what was before and after, and none that changed nothing'
);
select results_eq(
	'select actor_id, actor_email, subject_id, via, request_id, at from public.audit_log where reason = ''Helps out''',
	$$ select tests.id_of('boss'), 'boss@tests.example', tests.id_of('ann'), 'app', 'req-1', now() $$,
	'the log says who, on whom, when, and in which request'
);

-- Suspensions
select tests.act_with_token_of('boss');
select throws_ok(format('select public.admin_suspend_user(%L, %s)', tests.id_of('ann'), reason), '22023', null, 'admin: no suspension ' || what)
from (values ('null', 'without a reason'), (''' ''', 'for an empty reason'), ('repeat(''x'', 501)', 'with an endless reason'), ('''x'', now()', 'that is over')) as t (reason, what);
select throws_ok('select public.admin_suspend_user(private.user_id(), ''x'')', 'PT409', 'nobody does this to themselves', 'admin: is not suspended by themselves');
select throws_ok(format('select public.admin_suspend_user(%L, ''x'')', tests.id_of('bare')), 'PT409', 'the account has no profile yet', 'admin: nobody is suspended who has no profile');
select throws_ok('select public.admin_suspend_user(gen_random_uuid(), ''x'')', 'PT404', 'there is no such account', 'admin: nobody is suspended who is not there');
select is(public.admin_suspend_user(tests.id_of('ann'), 'Spam', now() + interval '1 day'), 1, 'admin: suspends, and ends the sessions');
select tests.stop_acting();
select is_empty($$ select * from auth.sessions where user_id = tests.id_of('ann') $$, 'suspended: no session is left');
select tests.act_with_token_of('ann');
select ok(not private.is_active(), 'suspended: is out with the next statement');
select tests.stop_acting();
select tests.act_with_token_of('boss');
select is(public.admin_suspend_user(tests.id_of('ann'), 'More spam'), 0, 'admin: changes reason and end of a suspension');
select ok(public.admin_restore_user(tests.id_of('ann'), 'Said sorry'), 'admin: restores');
select ok(not public.admin_restore_user(tests.id_of('ann')), 'admin: to do so again changes nothing');
select throws_ok('select public.admin_restore_user(gen_random_uuid())', 'PT404', 'there is no such account', 'admin: nobody is restored who is not there');
select ok(public.admin_restore_user(tests.id_of('held')), 'admin: restores another admin');
select throws_ok('select public.admin_restore_user(private.user_id())', 'PT409', 'nobody does this to themselves', 'admin: is not restored by themselves');
select tests.stop_acting();
select results_eq(
	$$ select act, before ->> 'suspended', after ->> 'suspended', after ->> 'reason', after ->> 'until' is not null, reason from tests.log_of('ann') offset 2 $$,
	$$ values ('suspended', 'false', 'true', 'Spam', true, 'Spam'), ('suspended', 'true', 'true', 'More spam', false, 'More spam'), ('restored', 'true', 'false', null, false, 'Said sorry') $$,
	'the log has the suspensions and their end'
);

-- Sessions
insert into auth.sessions (id, user_id, created_at) select gen_random_uuid(), tests.id_of('ann'), now() from generate_series(1, 3);
insert into tests.tokens select 'one of ann', id, null from auth.sessions where user_id = tests.id_of('ann') limit 1;
select tests.act_with_token_of('boss');
select ok(public.admin_end_session((select id from tests.tokens where name = 'one of ann'), 'Stolen'), 'admin: ends one session');
select ok(not public.admin_end_session((select id from tests.tokens where name = 'one of ann')), 'admin: to do so again changes nothing');
select is(public.admin_end_sessions(tests.id_of('ann')), 2, 'admin: ends all');
select is(public.admin_end_sessions(tests.id_of('ann')), 0, 'admin: to do so again changes nothing');
select throws_ok('select public.admin_end_sessions(gen_random_uuid())', 'PT404', 'there is no such account', 'admin: nobody is logged out who is not there');
select tests.stop_acting();
select results_eq(
	$$ select act, before - array['session', 'since'], reason from tests.log_of('ann') offset 5 $$,
	$$ values ('session_ended', '{}'::jsonb, 'Stolen'), ('sessions_ended', '{"sessions": 2}', null) $$,
	'the log has both, and none that ended nothing'
);

-- What the app did through the auth server
select tests.act_with_token_of('boss');
select lives_ok(format('select public.admin_record(''recovery_sent'', %L)', tests.id_of('ann')), 'admin: records a mail');
select lives_ok('select public.admin_record(''invited'', email => '' new@tests.example '')', 'admin: records an invitation');
select throws_ok('select public.admin_record(''role_set'', private.user_id())', '22023', 'there is no such act to record', 'admin: records nothing that the database does itself');
select throws_ok('select public.admin_record(''invited'')', '22023', 'an act is done to somebody', 'admin: records nothing about nobody');
select tests.stop_acting();
select results_eq(
	$$ select act, subject_id, subject_email from public.audit_log where act in ('recovery_sent', 'invited') order by id $$,
	$$ values ('recovery_sent', tests.id_of('ann'), 'ann@tests.example'), ('invited', null::uuid, 'new@tests.example') $$,
	'the log has them'
);

-- Deletion
select tests.act_with_token_of('boss');
select throws_ok(format('select public.admin_delete_user(%L, %s)', tests.id_of('ann'), email), 'PT409', 'this is not the address of the account', 'admin: deletes nobody by the wrong address: ' || email)
from unnest(array['''bob@tests.example''', 'null', '''''']) as email;
select throws_ok('select public.admin_delete_user(private.user_id(), ''boss@tests.example'')', 'PT409', 'nobody does this to themselves', 'admin: is not deleted by themselves');
select throws_ok('select public.admin_delete_user(gen_random_uuid(), ''x'')', 'PT404', 'there is no such account', 'admin: nobody is deleted who is not there');
select lives_ok(format('select public.admin_delete_user(%L, '' Ann@tests.example'', ''Asked for it'')', tests.id_of('ann')), 'admin: deletes');
select tests.stop_acting();
select is(tests.id_of('ann'), null, 'the account is gone');
select is_empty($$ select * from public.users where email = 'ann@tests.example' $$, 'and the profile with it');
select results_eq(
	$$ select act, before - 'created_at', after, reason from tests.log_of('ann') offset 8 $$,
	$$ values ('deleted', '{"name": "Ann", "role": "user", "suspended": false}'::jsonb, null::jsonb, 'Asked for it') $$,
	'the log knows who it was'
);
select is((select count(*)::integer from public.audit_log where subject_id = (select id from tests.tokens where name = 'ann')), 9, 'and has kept everything about them');
select is((select count(distinct subject_email)::integer from public.audit_log where subject_id = (select id from tests.tokens where name = 'ann')), 1, 'under the address they had');

select * from finish();
rollback;
