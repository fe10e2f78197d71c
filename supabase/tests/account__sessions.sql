-- People see and end their own sessions, and nobody else's.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('out');
select tests.make_person('held');
-- The token that each of them has; ann logged in on two more devices.
create table tests.tokens as select name, tests.claims_of(name) as claims from unnest(array['ann', 'bob', 'out', 'held']) as name;
grant select on tests.tokens to public;
create table tests.devices (id uuid primary key, name text);
grant select on tests.devices to public;
insert into tests.devices values (gen_random_uuid(), 'phone'), (gen_random_uuid(), 'old laptop'), (gen_random_uuid(), 'expired');
insert into auth.sessions (id, user_id, created_at, updated_at, refreshed_at, user_agent, ip, not_after)
select id, tests.id_of('ann'), now() - interval '2 days', now() - interval '2 days',
	case name when 'phone' then (now() + interval '1 minute') at time zone 'UTC' end,
	name, '192.0.2.7', case name when 'expired' then now() end
from tests.devices;
insert into auth.refresh_tokens (id, token, user_id, session_id)
select 1, 'of the phone', tests.id_of('ann'), id from tests.devices where name = 'phone';
delete from auth.sessions where user_id = tests.id_of('out');
update public.users set suspended_at = now() where id = tests.id_of('held');
create function tests.act_with_token_of(p_name text) returns void language sql set search_path = '' as $$
	select tests.act_with(claims) from tests.tokens where name = p_name;
$$;

-- Where a session was begun is told once, by whoever is in it
select tests.act_with_token_of('bob');
select lives_ok($$ select public.note_my_session('A browser', '192.0.2.8') $$, 'the app tells what it saw');
select lives_ok($$ select public.note_my_session('Another', 'no address') $$, 'and again, to no effect');
select is(
	(public.list_my_sessions() -> 0) - 'id' - 'created_at' - 'refreshed_at',
	'{"user_agent": "A browser", "ip": "192.0.2.8", "current": true}', 'a person: sees it'
);
select tests.stop_acting();
select tests.act_with_token_of('held');
select throws_ok($$ select public.note_my_session('A browser', null) $$, '42501', 'no live session', 'suspended: tells nothing');
select tests.stop_acting();

-- Anonymous, signed out, suspended
create table tests.calls (call text);
insert into tests.calls values ('list_my_sessions()'), ('end_my_session(gen_random_uuid())'), ('end_my_other_sessions()'), ('note_my_session(''A browser'', null)');
grant select on tests.calls to public;
select tests.act_as_anonymous();
select throws_ok('select public.' || call, '42501', 'permission denied for function ' || split_part(call, '(', 1), 'anonymous: no ' || call) from tests.calls;
select throws_ok('select private.' || call, '42501', null, 'anonymous: no private.' || call) from tests.calls;
select tests.stop_acting();
select tests.act_with_token_of('out');
select throws_ok('select public.' || call, '42501', 'no live session', 'signed out: no ' || call) from tests.calls;
select tests.stop_acting();
select tests.act_with_token_of('held');
select throws_ok('select public.' || call, '42501', 'no live session', 'suspended: no ' || call) from tests.calls;
select tests.stop_acting();

-- A person
select tests.act_with_token_of('ann');
select is(
	(select array_agg(coalesce(session ->> 'user_agent', 'this one')) from jsonb_array_elements(public.list_my_sessions()) as session),
	array['phone', 'this one', 'old laptop'],
	'a person: sees their live sessions, the latest used first'
);
select is(
	(select session - array['id', 'created_at', 'refreshed_at'] from jsonb_array_elements(public.list_my_sessions()) as session where session ->> 'user_agent' = 'phone'),
	'{"user_agent": "phone", "ip": "192.0.2.7", "current": false}',
	'a person: sees from where'
);
select is(
	(select (session ->> 'refreshed_at')::timestamptz from jsonb_array_elements(public.list_my_sessions()) as session where session ->> 'user_agent' = 'phone'),
	now() + interval '1 minute', 'a person: sees when it was last used, in the right time zone'
);
select is(
	(select session ->> 'id' from jsonb_array_elements(public.list_my_sessions()) as session where (session ->> 'current')::boolean),
	(select claims ->> 'session_id' from tests.tokens where name = 'ann'), 'a person: sees which one this is'
);
select ok(not public.end_my_session((select (claims ->> 'session_id')::uuid from tests.tokens where name = 'bob')), 'a person: does not end somebody else''s');
select ok(public.end_my_session((select id from tests.devices where name = 'phone')), 'a person: ends one');
select ok(not public.end_my_session((select id from tests.devices where name = 'phone')), 'a person: to end it again is no error');
select tests.stop_acting();
select is_empty('select * from auth.refresh_tokens where token = ''of the phone''', 'its refresh tokens are gone with it');
select ok(exists (select from auth.sessions where user_id = tests.id_of('bob')), 'the other person''s session is alive');

select tests.act_with_token_of('ann');
select is(public.end_my_other_sessions(), 2, 'a person: ends all others, also what had run out');
select is(public.end_my_other_sessions(), 0, 'a person: to end them again is no error');
select ok(private.is_active(), 'a person: is still logged in');
select ok(public.end_my_session((select (claims ->> 'session_id')::uuid from tests.tokens where name = 'ann')), 'a person: may end this one too');
select ok(not private.is_active(), 'a person: and is out with the next statement');
select tests.stop_acting();
select ok(exists (select from auth.sessions where user_id = tests.id_of('bob')), 'nobody else was logged out');

select * from finish();
rollback;
