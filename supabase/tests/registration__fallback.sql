-- When the trigger could not, people insert their own profile: as often as they like, for nobody else,
-- and with nothing in it that they could choose.
begin;
set local search_path = public, extensions;
select no_plan();

-- An account whose profile the trigger could not make
alter table public.users add constraint in_the_way check (source <> 'trigger');
select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('gone');
select tests.make_person('out');
alter table public.users drop constraint in_the_way;
select tests.make_person('other');
create table tests.valid_tokens as
	select name, tests.claims_of(name) as claims from unnest(array['ann', 'bob', 'gone', 'out']) as name;
grant select on tests.valid_tokens to authenticated;

-- Anonymous
select tests.act_as_anonymous();
select throws_ok(
	format('insert into public.users (id) values (%L)', tests.id_of('ann')), '42501', tests.denied('users'),
	'anonymous: no insert'
);

-- Another user
select tests.act_as('bob');
select throws_ok(
	format('insert into public.users (id) values (%L)', tests.id_of('ann')), '42501', tests.refused('users'),
	'another user: cannot make somebody else''s profile'
);
select throws_ok(
	format('insert into public.users (id) values (%L) on conflict (id) do nothing', tests.id_of('other')),
	'42501', tests.refused('users'),
	'another user: not even when it is there already'
);
select throws_ok(
	format('insert into public.users (id) values (%L)', gen_random_uuid()), '42501', tests.refused('users'),
	'another user: is not told which accounts exist'
);

-- Owner: nothing but the id can be written
select tests.act_as('ann');
select throws_ok(
	format('insert into public.users (id, %I) values (%L, %L)', column_name, tests.id_of('ann'), value),
	'42501', tests.denied('users'),
	'owner: cannot insert with ' || column_name
)
from (values
	('role', 'admin'), ('role', 'user'), ('source', 'trigger'), ('email', 'boss@example.com'), ('name', 'Boss'),
	('created_at', '2020-01-01'), ('updated_at', '2020-01-01'), ('suspended_at', null), ('suspended_until', null),
	('suspended_reason', null), ('avatar_hue', '1')
) as t (column_name, value);

-- Owner: the insert, and again, and again
select lives_ok(
	$$ insert into public.users (id) values (private.user_id()) on conflict (id) do nothing $$,
	'owner: makes their own profile'
);
select results_eq(
	'select id, email, name, role, source from public.users',
	$$ values (tests.id_of('ann'), 'ann@tests.example', 'Ann', 'user', 'fallback') $$,
	'owner: name and address come from the account, the source is true, the role is user'
);
select lives_ok(
	$$ insert into public.users (id) values (private.user_id()) on conflict (id) do nothing $$,
	'owner: trying again is no error'
);
select is(
	tests.touched($$ insert into public.users (id) values (private.user_id()) on conflict (id) do nothing $$), 0,
	'owner: and changes nothing'
);
select throws_ok(
	'insert into public.users (id) values (private.user_id())', '23505', null,
	'owner: a plain insert says that it is there, not that it is forbidden'
);
select throws_ok(
	'insert into public.users (id) values (private.user_id()) on conflict (id) do update set role = ''admin''',
	'42501', tests.denied('users'),
	'owner: an upsert that merges cannot carry a role'
);

select tests.stop_acting();
select results_eq(
	$$ select stage, resolved_by, resolved_at from public.registration_failures where user_id = tests.id_of('ann') $$,
	$$ values ('trigger', 'fallback', now()) $$,
	'the failure of the trigger is resolved by the fallback'
);
select is(
	(select count(*)::integer from public.registration_failures where resolved_at is null), 3,
	'the failures of others are not'
);

-- Signed out, with a token that is still valid
delete from auth.sessions where user_id = tests.id_of('out');
select tests.act_with(claims) from tests.valid_tokens where name = 'out';
select throws_ok(
	'insert into public.users (id) values (private.user_id())', '42501', tests.refused('users', 'all_active'),
	'signed out: no insert with a token that is still valid'
);
select tests.stop_acting();

-- Deleted, with a token that is still valid
delete from auth.users where id = tests.id_of('gone');
select tests.act_with(claims) from tests.valid_tokens where name = 'gone';
select throws_ok(
	'insert into public.users (id) values (private.user_id())', '23503', null,
	'deleted account: is told that it does not exist any more'
);
select tests.stop_acting();

-- Service role
select tests.act_as_service_role();
select lives_ok(
	$$ insert into public.users (id, source) values (tests.id_of('bob'), 'repair') $$,
	'service role: makes anybody''s profile'
);
select throws_ok(
	$$ insert into public.users (id) values (gen_random_uuid()) $$, '23503', null,
	'service role: but none without an account'
);
select tests.stop_acting();
select is(
	(select resolved_by from public.registration_failures where user_id = tests.id_of('bob')), 'repair',
	'the failure is resolved by the repair'
);
select is(
	(select email from public.users where id = tests.id_of('bob')), 'bob@tests.example',
	'a repaired profile has the address of its account as well'
);

-- Bookkeeping must not cost anybody their profile
delete from public.users where id = tests.id_of('bob');
alter table public.registration_failures rename to registration_failures_gone;
select tests.act_as('bob');
select lives_ok(
	'insert into public.users (id) values (private.user_id())',
	'owner: makes their profile although the failures table is gone'
);
select tests.stop_acting();

select * from finish();
rollback;
