-- Who is asking: me(), is_admin() and is_active() answer from the tables, at the moment of the question.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bare');
select tests.make_admin('admin');
delete from public.users where id = tests.id_of('bare');
create table tests.valid_tokens as
	select name, tests.claims_of(name) as claims from unnest(array['ann', 'admin']) as name;

create function tests.me_is(p_expected jsonb, p_what text) returns text language sql set search_path = public, extensions as $$
	select is(
		(select jsonb_object_agg(key, value) from jsonb_each(public.me()) where p_expected ? key), p_expected, p_what
	);
$$;
grant execute on function tests.me_is(jsonb, text) to authenticated;

-- Anonymous
select tests.act_as_anonymous();
select throws_ok('select public.me()', '42501', 'permission denied for function me', 'anonymous: no me()');
select throws_ok('select public.is_admin()', '42501', 'permission denied for function is_admin', 'anonymous: no is_admin()');
select throws_ok('select private.is_active()', '42501', 'permission denied for function is_active', 'anonymous: no is_active()');
select tests.stop_acting();

-- A person
select tests.act_as('ann');
select is(
	private.me() #- '{profile,avatar_hue}' #- '{profile,created_at}',
	jsonb_build_object(
		'id', tests.id_of('ann'), 'alive', true, 'email', 'ann@tests.example', 'email_confirmed', true,
		'suspended', false, 'suspended_until', null, 'suspended_reason', null, 'origin_noted', false,
		'profile', jsonb_build_object('id', tests.id_of('ann'), 'name', 'Ann', 'role', 'user', 'source', 'trigger')
	),
	'a person: me() has it all in one call'
);
select ok(public.me() @> private.me(), 'a person: and what features add to it');
select ok(not public.is_admin(), 'a person: is no admin');
select ok(private.is_active(), 'a person: is active');
select throws_ok(
	format('select private.%s', call), '42501', null, 'a person: cannot call private.' || call
)
from unnest(array[
	'name_for(null, null)', 'record_registration_failure(null, null, null, null)', 'fill_profile()', 'follow_email()',
	'resolve_registration_failures()', 'touch_updated_at()'
]) as call;
select throws_ok('select public.handle_new_user()', '42501', null, 'a person: cannot call handle_new_user()');
select tests.stop_acting();

-- Before there is a profile
select tests.act_as('bare');
select tests.me_is('{"alive": true, "suspended": false, "email": "bare@tests.example", "profile": null}', 'without a profile: me() works');
select ok(private.is_active(), 'without a profile: is active, and so may insert it');
select ok(not public.is_admin(), 'without a profile: is no admin');
select tests.stop_acting();

-- The address has not been confirmed
update auth.users set email_confirmed_at = null where id = tests.id_of('bare');
select tests.act_as('bare');
select tests.me_is('{"alive": true, "email_confirmed": false}', 'unconfirmed: me() says so');
select tests.stop_acting();

-- Suspended
update public.users set suspended_at = now(), suspended_until = 'infinity', suspended_reason = 'Spam' where id = tests.id_of('ann');
select tests.act_as('ann');
select tests.me_is('{"alive": true, "suspended": true, "suspended_until": "infinity", "suspended_reason": "Spam"}', 'suspended: me() says so, and why');
select ok(not private.is_active(), 'suspended: is not active');
select tests.stop_acting();

update public.users set suspended_at = now() - interval '2 days', suspended_until = now() - interval '1 day' where id = tests.id_of('ann');
select tests.act_as('ann');
select tests.me_is('{"suspended": false, "suspended_until": null, "suspended_reason": null}', 'suspended until yesterday: no word of it');
select ok(private.is_active(), 'suspended until yesterday: is active');
select tests.stop_acting();
update public.users set suspended_at = null, suspended_until = null, suspended_reason = null where id = tests.id_of('ann');

-- The last active admin could not be suspended or demoted
select tests.make_admin('keeper');

-- Admin
select tests.act_as('admin');
select ok(public.is_admin(), 'admin: is one');
select tests.stop_acting();
update public.users set suspended_at = now() where id = tests.id_of('admin');
select tests.act_as('admin');
select ok(not public.is_admin(), 'admin: is none while suspended');
select tests.stop_acting();
update public.users set suspended_at = null, role = 'user' where id = tests.id_of('admin');
select tests.act_with(claims) from tests.valid_tokens where name = 'admin';
select ok(not public.is_admin(), 'admin: is none once demoted, whatever the token is');
select tests.stop_acting();
update public.users set role = 'admin' where id = tests.id_of('admin');
delete from auth.sessions where user_id = tests.id_of('admin');
select tests.act_with(claims) from tests.valid_tokens where name = 'admin';
select ok(not public.is_admin(), 'admin: is none once signed out');
select tests.stop_acting();

-- What ends a session
create function tests.ann_is_dead(p_what text) returns setof text language plpgsql set search_path = public, extensions as $$
begin
	perform tests.act_with(claims) from tests.valid_tokens where name = 'ann';
	return next ok(not private.is_active(), p_what || ': is not active');
	return next tests.me_is(
		'{"alive": false, "email": null, "email_confirmed": false, "suspended": false, "profile": null}',
		p_what || ': me() says only that it is over'
	);
	perform tests.stop_acting();
end;
$$;

update auth.sessions set not_after = now() where user_id = tests.id_of('ann');
select tests.ann_is_dead('the session ran out');
update auth.sessions set not_after = now() + interval '1 minute' where user_id = tests.id_of('ann');
select tests.act_as('ann');
select ok(private.is_active(), 'the session has a minute left: is active');
select tests.stop_acting();

update auth.users set banned_until = now() + interval '1 minute' where id = tests.id_of('ann');
select tests.ann_is_dead('banned in the auth server');
update auth.users set banned_until = now() where id = tests.id_of('ann');
select tests.act_as('ann');
select ok(private.is_active(), 'banned until now: is active');
select tests.stop_acting();

update auth.users set deleted_at = now() where id = tests.id_of('ann');
select tests.ann_is_dead('deleted softly');
update auth.users set deleted_at = null where id = tests.id_of('ann');

delete from auth.sessions where user_id = tests.id_of('ann');
select tests.ann_is_dead('signed out');

delete from auth.users where id = tests.id_of('ann');
select tests.ann_is_dead('deleted');

select tests.act_with('{"role": "authenticated"}');
select tests.me_is('{"id": null, "alive": false, "profile": null}', 'no person in the token: me() works');
select ok(not private.is_active(), 'no person in the token: is not active');
select ok(not public.is_admin(), 'no person in the token: is no admin');
select tests.stop_acting();

select volatility_is('public', 'me', array[]::text[], 'stable', 'me() can be asked with a GET');

select * from finish();
rollback;
