-- A sign-up cannot fail because of the profile: the trigger takes what it can from any metadata, and
-- records what goes wrong instead of raising it.
begin;
set local search_path = public, extensions;
select no_plan();

-- The name, out of whatever the metadata holds
select is(private.name_for(metadata::jsonb, 'ann.lee@example.com'), name, 'a name from metadata: ' || what)
from (values
	('{"name": "Ann"}', 'Ann', 'the name is taken'),
	('{"name": "  Ann \t Lee\n"}', 'Ann Lee', 'spaces, tabs and line breaks become one space'),
	('{"name": "A\u0001n\u009fn"}', 'A n n', 'control characters become spaces'),
	('{"name": "Ann\u202eeeL"}', 'Ann eeL', 'what would turn the writing direction becomes a space'),
	('{"full_name": "Ann Lee"}', 'Ann Lee', 'full_name, as OAuth providers send it'),
	('{"user_name": "ann"}', 'ann', 'user_name, as OAuth providers send it'),
	('{"preferred_username": "ann"}', 'ann', 'preferred_username, as OAuth providers send it'),
	('{"name": "", "full_name": "Ann"}', 'Ann', 'the next key when the first one is empty'),
	('{"name": " \u00a0\u3000 "}', 'ann.lee', 'the part before the @ when there are only spaces'),
	('{"name": "\u200b\u200d\ufe0f\u3164"}', 'ann.lee', 'the part before the @ when there is nothing to see'),
	('{"name": 42}', '42', 'a number is written out'),
	('{"name": ["Ann"]}', 'ann.lee', 'an array is no name'),
	('{"name": {"first": "Ann"}}', 'ann.lee', 'an object is no name'),
	('{"name": true}', 'ann.lee', 'a boolean is no name'),
	('{"name": null}', 'ann.lee', 'null is no name'),
	('[]', 'ann.lee', 'metadata that is an array'),
	('"Ann"', 'ann.lee', 'metadata that is a string'),
	('null', 'ann.lee', 'metadata that is a JSON null'),
	(null, 'ann.lee', 'no metadata at all'),
	('{"name": "علی رضا"}', 'علی رضا', 'Persian'),
	('{"name": "می\u200cخواهم"}', E'می\u200cخواهم', 'a joiner inside a word stays'),
	('{"name": "王小明"}', '王小明', 'Chinese'),
	('{"name": "👩\u200d👩\u200d👧"}', E'👩\u200d👩\u200d👧', 'an emoji made of several'),
	('{"name": "Robert''); drop table users;--"}', 'Robert''); drop table users;--', 'SQL is only text'),
	('{"name": "<script>"}', '<script>', 'HTML is only text')
) as t (metadata, name, what);

select is(private.name_for('{}', null), 'Someone', 'a name without metadata and address');
select is(private.name_for('{}', '@example.com'), 'Someone', 'a name without anything before the @');
select is(
	private.name_for(jsonb_build_object('name', repeat('Ann ', 262144)), null),
	btrim(left(repeat('Ann ', 20), 80)),
	'a megabyte of name is cut to 80 characters'
);
select is(
	private.name_for(jsonb_build_object('name', repeat('é', 81)), null),
	repeat('é', 80),
	'characters are counted, not bytes'
);

-- Every name that can come out of it is one that the table takes
select lives_ok(
	format($$ select tests.make_person(%L, %L) $$, 'nasty' || position, jsonb_build_object('name', value)),
	'an account is made with metadata number ' || position
)
from unnest(array[
	'""', '" "', 'null', '7', '[]', '{}', 'true', '1e1000', '"\u2029\u2028"', '"a\u00a0"', '"\u200e"',
	'"\u061c\u202d\u202c"', '"\ud83d\ude00"', '"\u0085x"', '"\ufeffBOM"'
]::jsonb[]) with ordinality as t (value, position);
select is_empty(
	$$ select a.email from auth.users a left join public.users u using (id) where a.email like 'nasty%' and u.id is null $$,
	'each of them has a profile'
);
select is_empty('select * from public.registration_failures', 'nothing had to be recorded');

-- What a profile is made of
select tests.make_person('ann', '{"name": "Ann", "role": "admin", "id": "00000000-0000-0000-0000-000000000000",
	"source": "repair", "email": "boss@example.com", "email_verified": true, "suspended_at": "2020-01-01", "created_at": "2020-01-01"}');
select results_eq(
	$$ select email, name, role, source, suspended_at, created_at from public.users where id = tests.id_of('ann') $$,
	$$ values ('ann@tests.example', 'Ann', 'user', 'trigger', null::timestamptz, now()) $$,
	'role, id, email, source and the rest of the metadata are ignored'
);

insert into auth.users (id, email, phone, raw_user_meta_data)
values ('11111111-1111-4111-8111-111111111111', null, '491701234567', null);
select results_eq(
	$$ select email, name from public.users where id = '11111111-1111-4111-8111-111111111111' $$,
	$$ values (null::text, 'Someone') $$,
	'an account with a phone only gets a profile'
);

-- The insert of the profile fails
alter table public.users add constraint in_the_way check (name not like 'Blocked%');
select lives_ok($$ select tests.make_person('blocked') $$, 'an account is made although its profile cannot be');
select is(
	(select count(*)::integer from public.users where id = tests.id_of('blocked')), 0, 'it has no profile then'
);
select results_eq(
	$$ select stage, sqlstate, message, attempts, resolved_at, resolved_by
		from public.registration_failures where user_id = tests.id_of('blocked') $$,
	$$ values ('trigger', '23514', 'new row for relation "users" violates check constraint "in_the_way"', 1,
		null::timestamptz, null::text) $$,
	'and the failures table says why'
);

-- Recording that fails too
alter table public.registration_failures rename to registration_failures_gone;
select lives_ok(
	$$ select tests.make_person('blockedtwice') $$,
	'an account is made although neither profile nor failure can be written'
);
select isnt(tests.id_of('blockedtwice'), null, 'it is really there');
select lives_ok($$ select tests.make_person('bob') $$, 'a profile does not need the failures table');
select is(
	(select source from public.users where id = tests.id_of('bob')), 'trigger', 'it is really there'
);
alter table public.registration_failures_gone rename to registration_failures;

-- The whole table is gone
alter table public.users rename to users_gone;
select lives_ok($$ select tests.make_person('carol') $$, 'an account is made although there is no table for profiles');
alter table public.users_gone rename to users;
select is(
	(select sqlstate from public.registration_failures where user_id = tests.id_of('carol')), '42P01',
	'and the failures table says that'
);

-- A profile that is there already
create function pg_temp.earlier() returns trigger language plpgsql as $$
begin
	insert into public.users (id, source) values (new.id, 'repair');
	return null;
end;
$$;
create trigger a_earlier after insert on auth.users
	for each row when (new.email = 'dora@tests.example') execute function pg_temp.earlier();
select tests.make_person('dora');
select is((select source from public.users where id = tests.id_of('dora')), 'repair', 'a profile that is there already stays');
select is_empty(
	$$ select * from public.registration_failures where user_id = tests.id_of('dora') $$, 'which is no failure'
);

-- The address follows
update auth.users set email = 'ann.new@tests.example' where id = tests.id_of('ann');
select is(
	(select email from public.users where name = 'Ann' and source = 'trigger'), 'ann.new@tests.example',
	'the address of the profile follows that of the account'
);
update auth.users set email = 'ann@tests.example' where email = 'ann.new@tests.example';

alter table public.users add constraint in_the_way_too check (email not like 'taken%');
select lives_ok(
	$$ update auth.users set email = 'taken@tests.example' where email = 'ann@tests.example' $$,
	'an address can be changed although the profile cannot follow'
);
select results_eq(
	$$ select stage, sqlstate, resolved_at from public.registration_failures where user_id = tests.id_of('taken') $$,
	$$ values ('email', '23514', null::timestamptz) $$,
	'and the failures table says why'
);
update auth.users set email = 'free@tests.example' where email = 'taken@tests.example';
select results_eq(
	$$ select stage, resolved_by from public.registration_failures where user_id = tests.id_of('free') $$,
	$$ values ('email', 'trigger') $$,
	'it is resolved when the next change gets through'
);

-- Deletion
delete from auth.users where email in ('free@tests.example', 'blocked@tests.example');
select is_empty(
	$$ select * from public.users where name in ('Ann') and source = 'trigger' $$, 'the profile goes with its account'
);
select is_empty(
	$$ select * from public.registration_failures where stage = 'email' or sqlstate = '23514' $$,
	'and so do the records of its troubles'
);

select * from finish();
rollback;
