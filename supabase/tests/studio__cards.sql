-- Cards are made by the secret key alone, drawn by the worker alone, and shown to whom their owner says.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('held');
select tests.make_person('banned');
select tests.make_person('left');
select tests.make_admin('boss');
update public.users set suspended_at = now() where id = tests.id_of('held');
update auth.users set banned_until = now() + interval '1 day' where id = tests.id_of('banned');
update auth.users set deleted_at = now() where id = tests.id_of('left');
create table tests.cards (n bigint, id uuid);
grant all on tests.cards to public;
create function tests.card(p_n integer) returns uuid language sql stable set search_path = '' as $$ select id from tests.cards where n = p_n $$;
create function tests.ask(p_name text) returns uuid language sql set search_path = '' as $$
	insert into tests.cards (n, id)
	select count(*) + 1, public.create_studio_job(tests.id_of(p_name), 'Card of ' || p_name, '{"kind": "profile"}')
	from tests.cards
	returning id;
$$;
grant execute on function tests.card(integer), tests.ask(text) to public;

-- Nobody but the service role asks for a card, or changes one
select tests.act_as_service_role();
select isnt(tests.ask('ann'), null, 'the service role: asks for a card in a person''s name');
select tests.ask('bob');
select tests.stop_acting();
select results_eq(
	'select kind, subject_id, owner_id from private.jobs order by id',
	$$ values ('studio.card', tests.card(1), tests.id_of('ann')), ('studio.card', tests.card(2), tests.id_of('bob')) $$,
	'each is in the queue, in the name of its owner'
);
select results_eq(
	'select user_id, state, progress from public.studio_jobs where id = tests.card(1)',
	$$ values (tests.id_of('ann'), 'waiting', 0::double precision) $$, 'it waits'
);

create table tests.attempts (call text, denied text);
insert into tests.attempts values
	($$ insert into public.studio_jobs (user_id, title, card) values (tests.id_of('ann'), 'x', '{}') $$, tests.denied('studio_jobs')),
	($$ update public.studio_jobs set title = 'x' $$, tests.denied('studio_jobs')),
	($$ update public.studio_jobs set state = 'done' $$, tests.denied('studio_jobs')),
	($$ update public.studio_jobs set public_token = repeat('0', 32) $$, tests.denied('studio_jobs')),
	($$ delete from public.studio_jobs $$, tests.denied('studio_jobs')),
	($$ select public.create_studio_job(tests.id_of('ann'), 'x', '{}') $$, 'permission denied for function create_studio_job'),
	($$ select public.report_studio_job(1, 1, 0.5) $$, 'permission denied for function report_studio_job'),
	($$ select public.finish_studio_job(1, 1, 'x', 'x', true) $$, 'permission denied for function finish_studio_job'),
	($$ select private.export__studio(tests.id_of('ann')) $$, 'permission denied for function export__studio');
grant select on tests.attempts to public;
select tests.act_as_anonymous();
select throws_ok(call, '42501', denied, 'anonymous: no' || call) from tests.attempts;
select throws_ok('select * from public.studio_jobs', '42501', tests.denied('studio_jobs'), 'anonymous: sees no card');
select throws_ok(format('select public.%s(gen_random_uuid())', name), '42501', null, 'anonymous: no ' || name)
from unnest(array['share_card', 'unshare_card', 'cancel_studio_job', 'delete_studio_job']) as name;
select tests.stop_acting();
select tests.act_as('ann');
select throws_ok(call, '42501', denied, 'the owner: no' || call) from tests.attempts;
select results_eq('select id from public.studio_jobs', 'select tests.card(1)', 'the owner: sees their own card alone');
select throws_ok(format('select public.%s(tests.card(2))', name), 'PT404', null, 'another person: no ' || name)
from unnest(array['share_card', 'unshare_card', 'cancel_studio_job', 'delete_studio_job']) as name;
select throws_ok('select public.share_card(tests.card(1))', 'PT409', 'the card is not drawn yet', 'no link to what is not drawn');
select tests.stop_acting();
select tests.act_as('boss');
select throws_ok(call, '42501', denied, 'an admin: no' || call) from tests.attempts;
select results_eq('select count(*) from public.studio_jobs', 'values (2::bigint)', 'an admin: sees all cards');
select throws_ok('select public.share_card(tests.card(1))', 'PT404', null, 'an admin: shares nobody''s card');
select throws_ok('select public.delete_studio_job(tests.card(1))', 'PT404', null, 'an admin: deletes nobody''s card');
select tests.stop_acting();
select tests.act_as('held');
select throws_ok(format('select public.%s(gen_random_uuid())', name), '42501', 'no live session', 'suspended: no ' || name)
from unnest(array['share_card', 'unshare_card', 'cancel_studio_job', 'delete_studio_job']) as name;
select tests.stop_acting();

-- For whom the secret key may ask
select tests.act_as_service_role();
select throws_ok(format('select tests.ask(%L)', name), 'PT404', 'no card for an account that is gone or suspended', name || ' gets no card')
from unnest(array['held', 'banned', 'left']) as name;
select throws_ok(
	$$ insert into public.studio_jobs (user_id, title, card) values (gen_random_uuid(), 'x', '{}') $$,
	'PT404', null, 'nor does somebody who never was, whichever way it is inserted'
);
select lives_ok('select tests.ask(''ann'')', 'card ' || n || ' of five') from generate_series(2, 5) as n;
select throws_ok('select tests.ask(''ann'')', 'PT409', 'too many cards at once', 'a sixth open card is refused');
select throws_ok(
	$$ insert into public.studio_jobs (user_id, title, card) values (tests.id_of('ann'), 'x', '{}') $$,
	'PT409', 'too many cards at once', 'also by the way of a plain insert'
);
select lives_ok('select tests.ask(''bob'')', 'which is nothing to anybody else');
select tests.stop_acting();
select throws_ok(
	format('insert into public.studio_jobs (user_id, title, card) values (tests.id_of(''bob''), %L, ''{}'')', title),
	'23514', null, 'a title is one line of text: ' || length(title)
) from unnest(array['', ' x', E'x\ny', repeat('x', 201), U&'x\202Ey']) as title;

-- The worker's side
update private.jobs set due_at = now() - interval '1 hour' * (3 - card.n)
from tests.cards as card where card.id = jobs.subject_id and card.n <= 2;
create table tests.held as select null::bigint as id, null::bigint as token, null::uuid as card where false;
grant all on tests.held to public;
select tests.act_as_service_role();
insert into tests.held select id, token, subject_id from public.claim_jobs('w', array['studio.card'], 1, 60);
select is((select state from public.studio_jobs where id = tests.card(1)), 'running', 'a card that a worker took is running');
select isnt((select started_at from public.studio_jobs where id = tests.card(1)), null, 'since now');
select throws_ok(format('select public.report_studio_job(%s, %s, 0.5)', id, token - 1), 'PT409', null, 'an old token reports nothing') from tests.held;
select throws_ok(format('select public.finish_studio_job(%s, %s, ''s'', ''p'', true)', id, token - 1), 'PT409', null, 'nor finishes anything') from tests.held;
select public.report_studio_job(id, token, 0.4) from tests.held;
select is((select progress from public.studio_jobs where id = tests.card(1)), 0.4::double precision, 'the holder reports progress');
select is((select sum(progress) from public.studio_jobs), 0.4::double precision, 'of this card alone');
select public.finish_studio_job(id, token, '<svg/>', 'cG5n', false) from tests.held;
select results_eq(
	'select state, progress, svg, png, png_complete, finished_at is not null from public.studio_jobs where id = tests.card(1)',
	$$ values ('done', 1::double precision, '<svg/>', 'cG5n', false, true) $$, 'the holder stores the card'
);
select throws_ok(format('select public.finish_studio_job(%s, %s, ''s'', ''p'', true)', id, token), 'PT409', null, 'once') from tests.held;
select tests.stop_acting();
select is_empty('select from private.jobs where subject_id = tests.card(1)', 'and it is out of the queue');
select results_eq(
	$$ select data from private.events where topic = 'card' and subject_id = tests.card(1) order by id $$,
	$$ values ('{"state": "running", "progress": 0}'::jsonb), ('{"state": "running", "progress": 0.4}'), ('{"state": "done", "progress": 1}') $$,
	'its owner''s pages heard of each step'
);
select results_eq(
	$$ select user_id, kind, data from public.notifications $$,
	$$ values (tests.id_of('ann'), 'card.done', jsonb_build_object('id', tests.card(1), 'title', 'Card of ann')) $$,
	'and the end stands in their list'
);

-- One that cannot be drawn
select tests.act_as_service_role();
delete from tests.held;
insert into tests.held select id, token, subject_id from public.claim_jobs('w', array['studio.card'], 1, 60);
select public.fail_job(id, token, 'Nothing to draw.', true) from tests.held;
select results_eq(
	'select state, error, finished_at is not null from public.studio_jobs where id = tests.card(2)',
	$$ values ('failed', 'Nothing to draw.', true) $$, 'a card that is given up says why'
);
select tests.stop_acting();
update private.jobs set failed_at = null, attempts = 4, due_at = now() - interval '1 second' where subject_id = tests.card(2);
select is((select error from public.studio_jobs where id = tests.card(2) and state = 'waiting'), null, 'one that is sent again waits');
select tests.act_as_service_role();
delete from tests.held;
insert into tests.held select id, token, subject_id from public.claim_jobs('w', array['studio.card'], 1, 60);
select public.fail_job(id, token, 'TypeError: inner life of the worker', false) from tests.held;
select is((select error from public.studio_jobs where id = tests.card(2)), 'The card could not be drawn.', 'what went wrong inside is nobody''s to read');
select tests.stop_acting();

-- The public link
create table tests.links (token text);
grant all on tests.links to public;
select tests.act_as_anonymous();
select is_empty(format('select * from public.shared_card(%L)', token), 'no link, no card')
from unnest(array['', repeat('0', 32), null]) as token;
select tests.stop_acting();
select tests.act_as('ann');
insert into tests.links select public.share_card(tests.card(1));
select matches(token, '^[0-9a-f]{32}$', 'the owner: turns the link on') from tests.links;
select is(public.share_card(tests.card(1)), token, 'the owner: a second click leaves it as it is') from tests.links;
select tests.stop_acting();
select tests.act_as_anonymous();
select results_eq(
	'select title, svg, png from public.shared_card((select token from tests.links))',
	$$ values ('Card of ann', '<svg/>', 'cG5n') $$, 'anonymous: sees the card behind a link'
);
select tests.stop_acting();
update public.users set suspended_at = now() where id = tests.id_of('ann');
select tests.act_as_anonymous();
select is_empty('select * from public.shared_card((select token from tests.links))', 'of somebody suspended, no card is shown');
select tests.stop_acting();
update public.users set suspended_at = null where id = tests.id_of('ann');
update auth.users set banned_until = now() + interval '1 hour' where id = tests.id_of('ann');
select is_empty('select * from public.shared_card((select token from tests.links))', 'nor of somebody banned');
update auth.users set banned_until = null, deleted_at = now() where id = tests.id_of('ann');
select is_empty('select * from public.shared_card((select token from tests.links))', 'nor of an account that is kept as deleted');
update auth.users set deleted_at = null where id = tests.id_of('ann');
select isnt_empty('select * from public.shared_card((select token from tests.links))', 'and afterwards it is shown again');
select tests.act_as('bob');
select throws_ok('select public.unshare_card(tests.card(1))', 'PT404', null, 'another person: does not turn it off');
select tests.stop_acting();
select tests.act_as('ann');
select ok(public.unshare_card(tests.card(1)), 'the owner: turns it off');
select ok(not public.unshare_card(tests.card(1)), 'the owner: it is off');
select tests.stop_acting();
select tests.act_as_anonymous();
select is_empty('select * from public.shared_card((select token from tests.links))', 'a link that is off is dead');
select tests.stop_acting();
select tests.act_as('ann');
select isnt(public.share_card(tests.card(1)), (select token from tests.links), 'turned on again, it is another link');
select tests.stop_acting();
select throws_ok(
	$$
		insert into public.studio_jobs (user_id, title, card, state, svg, png, png_complete, public_token)
		select tests.id_of('bob'), title, card, state, svg, png, png_complete, public_token
		from public.studio_jobs where id = tests.card(1)
	$$, '23505', null, 'no two cards at one address'
);

-- Cancelled and deleted
select tests.act_as('ann');
select ok(public.cancel_studio_job(tests.card(5)), 'the owner: cancels what waits');
select ok(not public.cancel_studio_job(tests.card(1)), 'the owner: what is done stays done');
select is((select state from public.studio_jobs where id = tests.card(5)), 'cancelled', 'it is cancelled');
select lives_ok('select public.delete_studio_job(tests.card(6))', 'the owner: deletes one');
select tests.stop_acting();
select is_empty('select from private.jobs where subject_id in (tests.card(5), tests.card(6))', 'neither is in the queue any more');
select is_empty('select from public.studio_jobs where id = tests.card(6)', 'the deleted one is gone');
select is(
	(select array_agg(entry ->> 'title' order by entry ->> 'created_at') from jsonb_array_elements(private.export__studio(tests.id_of('bob'))) as entry),
	array['Card of bob', 'Card of bob'], 'a person takes their own cards along'
);

-- Room
insert into public.studio_jobs (user_id, title, card) values (tests.id_of('boss'), 'x', '{}');
update public.studio_jobs set state = 'cancelled' where user_id = tests.id_of('boss');
insert into public.studio_jobs (user_id, title, card, state)
select tests.id_of('boss'), 'x', '{}', 'cancelled' from generate_series(2, 100);
select throws_ok(
	$$ insert into public.studio_jobs (user_id, title, card) values (tests.id_of('boss'), 'x', '{}') $$,
	'PT409', 'no room for another card', 'a person keeps at most a hundred'
);

-- Tokens that outlive what they stood for
update public.users set suspended_at = now() where id = tests.id_of('bob');
select tests.act_as('bob');
select is_empty('select * from public.studio_jobs', 'suspended: sees not even their own');
select tests.stop_acting();
update public.users set suspended_at = null where id = tests.id_of('bob');
create table tests.token as select tests.claims_of('bob') as claims;
grant select on tests.token to public;
delete from auth.sessions where user_id = tests.id_of('bob');
select tests.act_with(claims) from tests.token;
select is_empty('select * from public.studio_jobs', 'signed out: sees not even their own');
select throws_ok('select public.delete_studio_job(tests.card(2))', '42501', 'no live session', 'signed out: deletes nothing');
select tests.stop_acting();

-- With the account
delete from auth.users where id = tests.id_of('ann');
select is_empty('select from public.studio_jobs where title = ''Card of ann''', 'with the account go its cards');

-- A card that goes by another way than its owner's
insert into public.studio_jobs (user_id, title, card) select tests.make_person('gil'), 'Gone', '{}';
select isnt_empty('select from private.jobs where owner_id = tests.id_of(''gil'')', 'a card is waited for');
delete from public.studio_jobs where user_id = tests.id_of('gil');
select is_empty('select from private.jobs where owner_id = tests.id_of(''gil'')', 'and with it goes what was to be done for it');

select * from finish();
rollback;
