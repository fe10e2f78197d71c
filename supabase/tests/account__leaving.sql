-- People take their data with them, and delete their account when they have just logged in.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann', '{"name": "Ann", "plan": "x"}');
select tests.make_person('bob');
select tests.make_person('out');
select tests.make_person('held');
update auth.users set encrypted_password = 'a hash' where id = tests.id_of('ann');
insert into auth.identities (id, provider, provider_id, user_id, identity_data, created_at)
values (gen_random_uuid(), 'email', tests.id_of('ann')::text, tests.id_of('ann'), '{"email": "ann@tests.example"}', now());
insert into public.registration_failures (user_id, stage, sqlstate, message)
values (tests.id_of('ann'), 'trigger', '23514', 'about ann'), (tests.id_of('bob'), 'trigger', '23514', 'about bob');
create table tests.tokens as select name, tests.claims_of(name) as claims from unnest(array['ann', 'bob', 'out', 'held']) as name;
grant select on tests.tokens to public;
delete from auth.sessions where user_id = tests.id_of('out');
update public.users set suspended_at = now() where id = tests.id_of('held');
create function tests.act_with_token_of(p_name text) returns void language sql set search_path = '' as $$
	select tests.act_with(claims) from tests.tokens where name = p_name;
$$;

-- Anonymous, signed out, suspended
select tests.act_as_anonymous();
select throws_ok(format('select public.%s()', name), '42501', 'permission denied for function ' || name, 'anonymous: no ' || name)
from unnest(array['export_my_data', 'delete_my_account', 'list_my_losses']) as name;
select throws_ok(format('select private.%s()', name), '42501', null, 'anonymous: no private.' || name)
from unnest(array['export_my_data', 'delete_my_account', 'list_my_losses']) as name;
select tests.stop_acting();
select tests.act_with_token_of('out');
select throws_ok(format('select public.%s()', name), '42501', 'no live session', 'signed out: no ' || name)
from unnest(array['export_my_data', 'delete_my_account', 'list_my_losses']) as name;
select tests.stop_acting();
select tests.act_with_token_of('held');
select throws_ok(format('select public.%s()', name), '42501', 'no live session', 'suspended: no ' || name)
from unnest(array['export_my_data', 'delete_my_account', 'list_my_losses']) as name;
select tests.stop_acting();

-- The export
create function private.export__gardens(p_user_id uuid) returns jsonb language sql set search_path = '' as $$
	select jsonb_build_array(p_user_id);
$$;
select tests.act_with_token_of('ann');
create temporary table exported as select public.export_my_data() as data;
select ok(
	(
		select data ?& array['account', 'exported_at', 'gardens', 'profile', 'registration_failures', 'sessions', 'sign_in_methods']
		from exported
	),
	'a person: their data has a part for each thing that is held, also for those of a feature'
);
select is((select data #>> '{account,email}' from exported), 'ann@tests.example', 'a person: the account');
select is((select data #>> '{account,raw_user_meta_data,plan}' from exported), 'x', 'a person: what they gave at sign-up');
select is((select data #>> '{profile,name}' from exported), 'Ann', 'a person: the profile');
select is((select data #>> '{sign_in_methods,0,provider}' from exported), 'email', 'a person: how they log in');
select is((select data #>> '{sign_in_methods,0,identity_data,email}' from exported), 'ann@tests.example', 'a person: and what was told of them there');
select is((select data #>> '{registration_failures,0,message}' from exported), 'about ann', 'a person: what went wrong');
select is((select jsonb_array_length(data -> 'sessions') from exported), 1, 'a person: their sessions');
select is((select data -> 'gardens' ->> 0 from exported), private.user_id()::text, 'a person: a feature is asked about them alone');
select ok(data::text not like '%a hash%', 'a person: nothing that opens the account') from exported;
select ok(data::text not like '%bob%', 'a person: nothing about others') from exported;
select throws_ok('select private.export__gardens(private.user_id())', '42501', null, 'a person: does not ask a feature about anybody');
select tests.stop_acting();

-- What the export knows nothing of would be held without anybody being told
create function tests.held_but_not_exported() returns setof text language sql set search_path = '' as $$
	select distinct fk.conrelid::regclass::text
	from pg_catalog.pg_constraint as fk
	where fk.contype = 'f' and fk.confrelid in ('auth.users'::regclass, 'auth.sessions'::regclass)
		and fk.connamespace in ('public'::regnamespace, 'private'::regnamespace)
		and not exists (
			select from pg_catalog.pg_proc as told
			where told.pronamespace = 'private'::regnamespace
				and (told.proname like 'export\_%' or told.proname = 'sessions_of')
				and told.prosrc like '%' || fk.conrelid::regclass::text || '%'
		)
$$;
select results_eq(
	'select tests.held_but_not_exported() order by 1',
	-- The first repeats the account and the profile. The others are the work and the news of things that are exported.
	array['private.accounts', 'private.events', 'private.jobs'],
	'each table about a person is in their data'
);
create table public.about_people (user_id uuid references auth.users (id));
select ok('public.about_people' in (select tests.held_but_not_exported()), 'one that is not is found');

-- What goes with an account
create function private.losses__gardens(p_user_id uuid) returns jsonb language sql set search_path = '' as $$
	select '[{"what": "garden", "count": 2}, {"what": "tree", "count": 0}]'::jsonb;
$$;
select tests.act_with_token_of('ann');
select is(
	jsonb_path_query_array(public.list_my_losses(), '$[*] ? (@.what == "garden" || @.what == "tree")'),
	'[{"what": "garden", "count": 2}]', 'a person: is told what they will lose, and not what they have none of'
);
select tests.stop_acting();

-- Leaving
update auth.sessions set created_at = now() - interval '15 minutes' where user_id = tests.id_of('ann');
select tests.act_with_token_of('ann');
select throws_ok('select public.delete_my_account()', 'PT403', 'the log-in is too long ago to delete the account', 'a person: does not leave with an old log-in');
select tests.stop_acting();
update auth.sessions set created_at = now() - interval '14 minutes' where user_id = tests.id_of('ann');
select tests.act_with_token_of('ann');
select lives_ok('select public.delete_my_account()', 'a person: leaves with a fresh one');
select ok(not private.is_active(), 'a person: and is nobody with the next statement');
select tests.stop_acting();
select is(tests.id_of('ann'), null, 'the account is gone');
select is_empty(
	format('select from %s where %I = %L', place, col, (select claims ->> 'sub' from tests.tokens where name = 'ann')),
	'and nothing of it is left in ' || place
)
from (values
	('public.users', 'id'), ('public.registration_failures', 'user_id'), ('auth.sessions', 'user_id'), ('auth.identities', 'user_id')
) as t (place, col);
select isnt(tests.id_of('bob'), null, 'the others stay');

select * from finish();
rollback;
