-- The feed of an app process: what is new for the people who are connected, and who must be let go.
-- Everything here happens in one transaction, whose events the feed rightly holds back: they are given
-- older transactions. What concurrent ones do is tried in tests/faults/live.test.ts.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
create table tests.tokens as select name, tests.claims_of(name) as claims, (tests.claims_of(name) ->> 'session_id')::uuid as session from unnest(array['ann', 'bob']) as name;
grant select on tests.tokens to public;
create function tests.session(p_name text) returns uuid language sql set search_path = '' as $$ select session from tests.tokens where name = p_name $$;
create function tests.tell(p_name text, p_topic text, p_age interval default '0') returns void language sql set search_path = '' as $$
	select private.tell(tests.id_of(p_name), p_topic, null);
	update private.events set tx = '5', at = now() - p_age where id = (select max(id) from private.events);
$$;
create function tests.topics(p_events jsonb) returns text language sql set search_path = '' as $$
	select coalesce(string_agg(event ->> 'topic', ' ' order by rank), '') from jsonb_array_elements(p_events) with ordinality as list (event, rank);
$$;
create function tests.after(p_seen text, p_age interval default '0') returns jsonb language sql set search_path = '' as $$
	select jsonb_build_object('seen', p_seen, 'at', now() - p_age);
$$;
create function tests.feed(p_after jsonb, p_names text, p_joining jsonb default '[]') returns jsonb language sql set search_path = '' as $$
	select public.live_feed(p_after, array(select session from tests.tokens where name = any (string_to_array(p_names, ' ')) order by name), p_joining);
$$;
create function tests.join_feed(p_name text, p_since text) returns jsonb language sql set search_path = '' as $$
	select tests.feed(null, '', jsonb_build_array(jsonb_build_object('session', tests.session(p_name), 'since', p_since))) -> 'joined' -> 0;
$$;

select tests.tell('ann', 'one'), tests.tell('bob', 'two'), tests.tell('ann', 'three');

-- What is new
select is(tests.topics(tests.feed(null, 'ann bob') -> 'events'), '', 'the first answer begins now');
select is(tests.topics(tests.feed(tests.after('5:5:'), 'ann bob') -> 'events'), 'one two three', 'then comes what the last snapshot did not show, in order');
select is(tests.topics(tests.feed(tests.after('4:9:5'), 'ann bob') -> 'events'), 'one two three', 'also what was open in it');
select is(tests.topics(tests.feed(tests.after('4:9:4'), 'ann bob') -> 'events'), '', 'and not what it showed');
select is(tests.topics(tests.feed(tests.after('5:5:'), 'bob') -> 'events'), 'two', 'only for those who are connected');
select is(tests.feed(tests.after('5:5:'), 'ann') #> '{events,0,user_id}', to_jsonb(tests.id_of('ann')), 'each says for whom it is');
select is((tests.feed(null, '') -> 'cursor' ->> 'seen')::pg_snapshot::text, pg_current_snapshot()::text, 'the cursor is the snapshot');

-- Too long ago, or another database
select is(tests.feed(tests.after('5:5:', '11 minutes'), 'ann') -> 'reload', 'true', 'after a long break: load anew');
select is(tests.topics(tests.feed(tests.after('5:5:', '11 minutes'), 'ann') -> 'events'), '', 'and no half of it');
select is(tests.feed(tests.after('999999999999:999999999999:'), 'ann') -> 'reload', 'true', 'a cursor from the future of another database: load anew');
select is(tests.feed(tests.after('5:5:', '9 minutes'), 'ann') -> 'reload', 'false', 'after a short one: not');

-- Joining
select tests.tell('ann', 'old', '2 minutes');
select is(tests.topics(tests.join_feed('ann', null) -> 'missed'), 'one three', 'whoever joins gets the last minute');
select is(tests.join_feed('ann', null) -> 'user_id', to_jsonb(tests.id_of('ann')), 'and is who the session says');
select is(tests.topics(tests.join_feed('ann', format('5-%s', floor(extract(epoch from now())))) -> 'missed'), 'one three old', 'whoever comes back gets what came since');
select is(tests.topics(tests.join_feed('ann', format('6-%s', floor(extract(epoch from now())))) -> 'missed'), '', 'and nothing before it');
select is(tests.topics(tests.join_feed('bob', '0-9999999999') -> 'missed'), 'two', 'a made-up id gives nothing of others''');
select is(tests.join_feed('ann', since) -> 'missed', 'null', 'cannot be told: ' || since)
from unnest(array[
	'', 'x', '5', '5-', '-5', '5-5', '5:5:', '99999999999999999999999-5', 'null', ''' or true--',
	format('5-%s', floor(extract(epoch from now() - interval '11 minutes'))),
	format('9999999999999999999-%s', floor(extract(epoch from now())))
]) as since;
select tests.tell('bob', 'many') from generate_series(1, 500);
select is(tests.join_feed('bob', null) -> 'missed', 'null', 'more than 500: load anew');

-- The number of unread ones
select private.notify(tests.id_of('ann'), 'training.done'), private.notify(tests.id_of('ann'), 'training.done');
select is(
	tests.feed(null, 'bob', jsonb_build_array(jsonb_build_object('session', tests.session('ann')))) -> 'unread',
	jsonb_build_object(tests.id_of('ann'), 2), 'whoever joins is told the number'
);
update private.events set tx = '6' where topic = 'notifications';
select is(tests.feed(null, 'ann') -> 'unread', '{}', 'nobody else is, while nothing changes');
update public.notifications set read_at = now() where id = (select id from public.notifications limit 1);
update private.events set tx = '7' where topic = 'notifications';
select is(tests.feed(tests.after('7:7:'), 'ann bob') -> 'unread', jsonb_build_object(tests.id_of('ann'), 1), 'and with each change those whose it is');

-- Who must be let go
create function tests.ended(p_what text, p_how text) returns setof text language plpgsql set search_path = public, extensions as $$
begin
	return next is(tests.feed(null, 'ann bob') -> 'ended', '[]', p_what || ': before, nobody');
	begin
		execute p_how;
		return next is(tests.feed(null, 'ann bob') -> 'ended', jsonb_build_array(tests.session('ann')), p_what || ': is let go');
		return next is(tests.topics(tests.feed(tests.after('5:5:'), 'ann') -> 'events'), '', p_what || ': hears nothing');
		return next is(tests.join_feed('ann', null), 'null', p_what || ': does not join');
		raise exception using errcode = 'MX000';
	exception when sqlstate 'MX000' then
		null;
	end;
end;
$$;
select tests.ended(what, how) from (values
	('signed out', format('delete from auth.sessions where id = %L', tests.session('ann'))),
	('ran out', format('update auth.sessions set not_after = now() where id = %L', tests.session('ann'))),
	('banned', format('update auth.users set banned_until = now() + interval ''1 minute'' where id = %L', tests.id_of('ann'))),
	('deleted softly', format('update auth.users set deleted_at = now() where id = %L', tests.id_of('ann'))),
	('deleted', format('delete from auth.users where id = %L', tests.id_of('ann'))),
	('suspended', format('update public.users set suspended_at = now() where id = %L', tests.id_of('ann')))
) as ways (what, how);
update public.users set suspended_at = now() - interval '1 day', suspended_until = now() - interval '1 hour' where id = tests.id_of('ann');
select is(tests.feed(null, 'ann bob') -> 'ended', '[]', 'suspended until an hour ago: stays');
select is(public.live_feed(null, array[gen_random_uuid()], '[]') -> 'ended' ->> 0 is not null, true, 'a session that never was: is let go');

-- Who may ask
select volatility_is('private', 'live_feed', array['jsonb', 'uuid[]', 'jsonb'], 'stable', 'one answer, one snapshot');
select tests.act_as_service_role();
select lives_ok('select public.live_feed(null, ''{}'', ''[]'')', 'the service role asks');
select tests.stop_acting();

select * from finish();
rollback;
