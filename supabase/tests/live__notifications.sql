-- People see, mark and delete their own notifications, nobody else does, and open pages hear of each change.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('gone');
select tests.make_admin('admin');
select private.notify(tests.id_of('ann'), 'training.done', '{"model": "Iris"}');
select private.notify(tests.id_of('bob'), 'card.failed');
select private.notify(tests.id_of('gone'), 'card.done');

create function tests.heard(p_name text) returns bigint language sql security definer set search_path = '' as $$
	select count(*) from private.events where user_id = tests.id_of(p_name) and topic = 'notifications';
$$;
grant execute on function tests.heard(text) to public;

-- Nobody writes one over the API
select tests.act_as('ann');
select throws_ok(
	format('insert into public.notifications (user_id, kind) values (%L, ''training.done'')', tests.id_of('ann')), '42501', tests.denied('notifications'),
	'a person: writes none, not even to themselves'
);
select throws_ok(
	format('select private.%s', call), '42501', null, 'a person: cannot call private.' || call
)
from unnest(array[
	'notify(null, ''training.done'')', 'tell(null, ''x'', null)', 'tell_of_notification()', 'tell_of_notifications()',
	'export__notifications(null)', 'missed_events(null, null)', 'may_have_missed(null, null)', 'live_feed(null, null, null)'
]) as call;
select throws_ok('select public.live_feed(null, ''{}'', ''[]'')', '42501', 'permission denied for function live_feed', 'a person: has no feed');
select throws_ok('select * from private.events', '42501', tests.denied('events'), 'a person: does not see the outbox');

-- One's own
select results_eq(
	'select kind, data from public.notifications', $$ values ('training.done', '{"model": "Iris"}'::jsonb) $$,
	'a person: sees their own and no other'
);
select throws_ok('update public.notifications set kind = ''card.done''', '42501', tests.denied('notifications'), 'a person: does not change what it says');
select throws_ok('update public.notifications set user_id = user_id', '42501', tests.denied('notifications'), 'a person: does not hand it over');
select is(tests.touched('update public.notifications set read_at = now()'), 1, 'a person: marks as read what is theirs');
select is(tests.heard('ann'), 2::bigint, 'their open pages heard of both, the new one and the mark');
select is(tests.heard('bob'), 1::bigint, 'nobody else heard of the mark');
select is(tests.touched('delete from public.notifications'), 1, 'a person: deletes what is theirs');
select is(tests.heard('ann'), 3::bigint, 'their open pages heard of that, too');
select tests.stop_acting();
select ok(exists (select from public.notifications where user_id = tests.id_of('bob') and read_at is null), 'somebody else''s is there, unread');

-- An admin
select tests.act_as('admin');
select is_empty('select * from public.notifications', 'an admin: does not see others''');
select is(tests.touched('delete from public.notifications'), 0, 'an admin: does not delete others''');
select tests.stop_acting();

-- Suspended
update public.users set suspended_at = now() where id = tests.id_of('bob');
select tests.act_as('bob');
select is_empty('select * from public.notifications', 'suspended: sees none');
select is(tests.touched('update public.notifications set read_at = now()'), 0, 'suspended: marks none');
select is(tests.touched('delete from public.notifications'), 0, 'suspended: deletes none');
select throws_ok('select public.live_session()', 'PT401', 'no live session', 'suspended: opens no stream');
select tests.stop_acting();
select tests.act_as_anonymous();
select throws_ok('select public.live_session()', '42501', null, 'anonymous: opens no stream');
select tests.stop_acting();
select tests.act_as('ann');
select is(public.live_session()::text, tests.claims_of('ann') ->> 'session_id', 'a person: opens it for their session');
select is(public.export_my_data() -> 'notifications', '[]'::jsonb, 'a person: takes them along');
select tests.stop_acting();

-- The worker
select tests.act_as_service_role();
select lives_ok(
	format('select private.notify(%L, ''import.done'', ''{"rows": 3}''), private.tell(%1$L, ''import'', gen_random_uuid())', tests.id_of('ann')),
	'the worker: notifies and tells'
);
select throws_ok('select * from private.events', '42501', tests.denied('events'), 'the worker: does not see the outbox');
select tests.stop_acting();

-- Limits
select throws_ok(format('select private.notify(%L, %L)', tests.id_of('ann'), kind), '23514', null, 'no kind: ' || kind)
from unnest(array['', 'done', 'training.done.', 'Training.Done', 'a.b.c', '<b>.x']) as kind;
select throws_ok(format('select private.notify(%L, ''a.b'', %L)', tests.id_of('ann'), data), '23514', null, 'no data: ' || left(data, 20))
from unnest(array['[]', '"text"', jsonb_build_object('a', repeat('x', 2000))::text]) as data;
select throws_ok(format('select private.tell(%L, ''x'', null, %L)', tests.id_of('ann'), data), '23514', null, 'not told: ' || left(data, 20))
from unnest(array['[]', '"text"', jsonb_build_object('a', repeat('x', 4000))::text]) as data;
select private.notify(tests.id_of('ann'), 'training.done') from generate_series(1, 501);
select is((select count(*) from public.notifications where user_id = tests.id_of('ann')), 500::bigint, 'the 500 newest are kept');
select is((select count(*) from public.notifications where user_id = tests.id_of('bob')), 1::bigint, 'and nobody else''s go for them');

-- Somebody leaves
select lives_ok(format('delete from auth.users where id = %L', tests.id_of('gone')), 'an account with notifications can be deleted');
select lives_ok('select private.tell(gen_random_uuid(), ''x'', null)', 'to tell nobody is no error');

-- The outbox does not grow
update private.events set at = now() - interval '16 minutes';
create table tests.before as select count(*) as events from private.events;
select private.tell(tests.id_of('ann'), 'x', null) from generate_series(1, 100);
select is((select count(*) from private.events), (select events - 100 from tests.before), 'with each event two old ones go');

select * from finish();
rollback;
