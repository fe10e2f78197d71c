-- Who may do what with a profile. For each grant there is a denial; writes are also tried blind, because
-- a filtered one has to pass the policy for reading first and so hides a broken policy for writing.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('suspended');
select tests.make_person('out');
select tests.make_person('gone');
select tests.make_admin('admin');
select tests.make_admin('demoted');
create table tests.valid_tokens as
	select name, tests.claims_of(name) as claims from unnest(array['suspended', 'out', 'gone', 'demoted']) as name;
alter table public.users disable trigger _100_timestamps;
update public.users set updated_at = '2020-01-01';
alter table public.users enable trigger _100_timestamps;
create table tests.before as select * from public.users;

-- Anonymous
select tests.act_as_anonymous();
select throws_ok('select * from public.users', '42501', tests.denied('users'), 'anonymous: no select');
select throws_ok('insert into public.users (id) values (gen_random_uuid())', '42501', tests.denied('users'), 'anonymous: no insert');
select throws_ok('update public.users set name = ''x''', '42501', tests.denied('users'), 'anonymous: no update');
select throws_ok('delete from public.users', '42501', tests.denied('users'), 'anonymous: no delete');
select tests.stop_acting();

-- Owner
select tests.act_as('ann');
select results_eq('select id from public.users', $$ values (tests.id_of('ann')) $$, 'owner: sees their own profile and no other');
select is(tests.touched('update public.users set name = ''Anna'', avatar_hue = 7'), 1, 'owner: a blind update changes their own name and avatar only');
select results_eq('select name, avatar_hue from public.users', $$ values ('Anna', 7::smallint) $$, 'owner: and it is changed');
select throws_ok(
	format('update public.users set %I = %s', column_name, value), '42501', tests.denied('users'),
	'owner: cannot change ' || column_name
)
from (values
	('id', 'gen_random_uuid()'), ('email', '''boss@example.com'''), ('role', '''admin'''), ('role', 'role'), ('source', '''trigger'''),
	('suspended_at', 'null'), ('suspended_until', 'null'), ('suspended_reason', 'null'), ('created_at', 'now()'), ('updated_at', 'now()')
) as t (column_name, value);
select throws_ok('delete from public.users', '42501', tests.denied('users'), 'owner: no delete, blind');
select throws_ok('delete from public.users where id = private.user_id()', '42501', tests.denied('users'), 'owner: no delete, filtered');
select throws_ok('truncate public.users', '42501', tests.denied('users'), 'owner: no truncate');
select throws_ok(
	format('update public.users set name = %L', value), '23514', null, 'owner: cannot take the name ' || what
)
from (values
	('', '""'), (' ', 'of spaces'), (repeat('a', 81), 'of 81 characters'), (' Ann', 'with a space before it'),
	(E'A\nnn', 'of two lines'), (E'A\u202enn', 'that turns the writing direction')
) as t (value, what);
select throws_ok('update public.users set name = null', '23502', null, 'owner: cannot have no name');
select throws_ok('update public.users set avatar_hue = 360', '23514', null, 'owner: cannot take a hue off the wheel');
select tests.stop_acting();

-- Another user
select tests.act_as('bob');
select is(tests.touched('select * from public.users where id = tests.id_of(''ann'')'), 0, 'another user: does not see it');
select is(tests.touched('update public.users set name = ''x'' where id = tests.id_of(''ann'')'), 0, 'another user: changes nothing, filtered');
select is(tests.touched('update public.users set name = name'), 1, 'another user: changes their own only, blind');
select tests.stop_acting();

-- Admin
select tests.act_as('admin');
select is(tests.touched('select * from public.users'), 7, 'admin: sees all');
select is(tests.touched('update public.users set name = ''x'' where id = tests.id_of(''ann'')'), 0, 'admin: cannot change others, filtered');
select is(tests.touched('update public.users set name = ''Admin II'''), 1, 'admin: cannot change others, blind');
select throws_ok('update public.users set role = ''admin'' where id = tests.id_of(''ann'')', '42501', tests.denied('users'), 'admin: cannot write a role');
select throws_ok('update public.users set suspended_at = now()', '42501', tests.denied('users'), 'admin: cannot write a suspension');
select throws_ok('delete from public.users', '42501', tests.denied('users'), 'admin: no delete');
select tests.stop_acting();

-- The last active admin could not be suspended or demoted
select tests.make_admin('keeper');

-- An admin who was demoted a moment ago
update public.users set role = 'user' where id = tests.id_of('demoted');
select tests.act_with(claims) from tests.valid_tokens where name = 'demoted';
select results_eq('select id from public.users', $$ values (tests.id_of('demoted')) $$, 'demoted: sees their own only, with the next statement');
select tests.stop_acting();

-- Suspended a moment ago
update public.users set suspended_at = now(), suspended_until = now() + interval '1 day' where id = tests.id_of('suspended');
select tests.act_with(claims) from tests.valid_tokens where name = 'suspended';
select is(tests.touched('select * from public.users'), 0, 'suspended: sees nothing');
select is(tests.touched('update public.users set name = ''x'' where id = private.user_id()'), 0, 'suspended: changes nothing, filtered');
select is(tests.touched('update public.users set name = ''x'''), 0, 'suspended: changes nothing, blind');
select throws_ok(
	'insert into public.users (id) values (private.user_id()) on conflict (id) do nothing', '42501', tests.refused('users', 'all_active'),
	'suspended: inserts nothing'
);
select tests.stop_acting();

-- A suspended admin
update public.users set suspended_at = now() where id = tests.id_of('admin');
select tests.act_as('admin');
select is(tests.touched('select * from public.users'), 0, 'suspended admin: sees nothing');
select tests.stop_acting();
update public.users set suspended_at = null where id = tests.id_of('admin');

-- A suspension that is over
update public.users
set suspended_at = now() - interval '2 days', suspended_until = now() - interval '1 day'
where id = tests.id_of('suspended');
select tests.act_with(claims) from tests.valid_tokens where name = 'suspended';
select is(tests.touched('select * from public.users'), 1, 'suspended until yesterday: sees their own again');
select tests.stop_acting();

-- Signed out a moment ago
delete from auth.sessions where user_id = tests.id_of('out');
select tests.act_with(claims) from tests.valid_tokens where name = 'out';
select is(tests.touched('select * from public.users'), 0, 'signed out: sees nothing');
select is(tests.touched('update public.users set name = ''x'''), 0, 'signed out: changes nothing');
select tests.stop_acting();

-- Somebody else's session does not bring one's own back
select tests.act_with(
	(select claims from tests.valid_tokens where name = 'out')
	|| jsonb_build_object('session_id', tests.claims_of('ann') -> 'session_id')
);
select is(tests.touched('select * from public.users'), 0, 'signed out: the session of another person is of no use');
select tests.stop_acting();

-- Deleted a moment ago
delete from auth.users where id = tests.id_of('gone');
select tests.act_with(claims) from tests.valid_tokens where name = 'gone';
select is(tests.touched('select * from public.users'), 0, 'deleted account: sees nothing');
select is(tests.touched('update public.users set name = ''x'''), 0, 'deleted account: changes nothing');
select tests.stop_acting();

-- A token of the API without a person
select tests.act_with('{"role": "authenticated"}');
select is(tests.touched('select * from public.users'), 0, 'no person in the token: sees nothing');
select tests.stop_acting();

-- Service role
select tests.act_as_service_role();
select is(tests.touched('select * from public.users'), 7, 'service role: sees all');
select is(tests.touched('update public.users set role = ''admin'' where id = tests.id_of(''bob'')'), 1, 'service role: changes a role');
select is(tests.touched('delete from public.users where id = tests.id_of(''bob'')'), 1, 'service role: deletes a profile');
select tests.stop_acting();

-- What is left after all of that
select set_eq(
	$$ select id from public.users u join tests.before b using (id)
		where (u.email, u.role, u.source, u.created_at) is distinct from (b.email, b.role, b.source, b.created_at) $$,
	$$ values (tests.id_of('demoted')) $$,
	'nobody but the owner of the tables and the service role changed a role, an address, a source or a date'
);
select is((select updated_at from public.users where id = tests.id_of('ann')), now(), 'a change is dated');

-- What the policy for updates says, should a later migration grant more columns than it means to
grant update on public.users to authenticated;
select tests.act_as('ann');
select throws_ok(
	format('update public.users set id = %L', gen_random_uuid()), '42501', tests.refused('users'),
	'owner: the policy, too, keeps a profile from being handed to somebody else'
);
select tests.stop_acting();
revoke update on public.users from authenticated;

-- A suspension is written whole
select throws_ok(
	format('update public.users set %s where id = tests.id_of(''ann'')', change), '23514', null, what
)
from (values
	('suspended_reason = ''spam''', 'no reason without a suspension'),
	('suspended_until = now()', 'no end without a suspension'),
	('suspended_at = now(), suspended_until = now()', 'no suspension that ends when it begins'),
	('role = ''owner''', 'no role but user and admin'),
	('source = ''magic''', 'no source but the three')
) as t (change, what);

select * from finish();
rollback;
