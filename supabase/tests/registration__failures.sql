-- Why a profile could not be made: admins read it, nobody writes it over the API but by reporting on
-- themselves, in bounds.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_person('ann');
select tests.make_person('bob');
select tests.make_person('out');
select tests.make_admin('admin');
delete from public.users where id in (tests.id_of('ann'), tests.id_of('out'));
insert into public.registration_failures (user_id, stage, sqlstate, message) values (tests.id_of('bob'), 'trigger', '23514', 'x');
create table tests.valid_tokens as select tests.claims_of('out') as claims;
delete from auth.sessions where user_id = tests.id_of('out');

-- Anonymous
select tests.act_as_anonymous();
select throws_ok('select * from public.registration_failures', '42501', tests.denied('registration_failures'), 'anonymous: no select');
select throws_ok(
	'select public.report_registration_failure(''42P17'', ''x'')', '42501',
	'permission denied for function report_registration_failure', 'anonymous: no report'
);
select tests.stop_acting();

-- Somebody without a profile
select tests.act_as('ann');
select lives_ok('select public.report_registration_failure(''42P17'', ''infinite recursion'')', 'owner: reports what was wrong');
select lives_ok(
	format('select public.report_registration_failure(''42501'', %L)', E'a\nb' || repeat('é', 2000)), 'owner: and again'
);
select lives_ok('select public.report_registration_failure(''PGRST205'', ''no such table'')', 'owner: and again, with a code of the data API');
select lives_ok('select public.report_registration_failure(''42501'', null)', 'owner: and again, without a message');
select throws_ok('select public.report_registration_failure(''; drop'', ''x'')', '22023', null, 'owner: not without a SQLSTATE');
select throws_ok('select public.report_registration_failure(null, ''x'')', '22023', null, 'owner: nor with none');
select is(tests.touched('select * from public.registration_failures'), 0, 'owner: does not read what was recorded, not even about themselves');
select throws_ok(
	statement, '42501', tests.denied('registration_failures'), 'owner: ' || what
)
from (values
	('insert into public.registration_failures (user_id, stage, sqlstate, message) values (private.user_id(), ''fallback'', ''42501'', ''x'')', 'no insert'),
	('update public.registration_failures set resolved_at = now(), resolved_by = ''repair''', 'no update'),
	('delete from public.registration_failures', 'no delete')
) as t (statement, what);
select tests.stop_acting();

select results_eq(
	$$ select stage, sqlstate, message, attempts from public.registration_failures where user_id = tests.id_of('ann') $$,
	$$ values ('fallback', '42501', '', 4) $$,
	'however often it is reported, there is one open row, with the last reason'
);

select tests.act_as('ann');
select public.report_registration_failure('42501', E'a\nb' || repeat('é', 2000));
select tests.stop_acting();
select is(
	(select message from public.registration_failures where user_id = tests.id_of('ann')), 'a b' || repeat('é', 497),
	'a message is cut to 500 characters on one line'
);

-- Somebody with a profile
select tests.act_as('bob');
select lives_ok('select public.report_registration_failure(''42P17'', ''x'')', 'with a profile: a report is no error');
select is(tests.touched('select * from public.registration_failures'), 0, 'with a profile: reads nothing');
select tests.stop_acting();
select is_empty(
	$$ select * from public.registration_failures where user_id = tests.id_of('bob') and stage = 'fallback' $$,
	'with a profile: there is nothing to report'
);

-- Signed out, with a token that is still valid
select tests.act_with(claims) from tests.valid_tokens;
select throws_ok('select public.report_registration_failure(''42501'', ''x'')', '42501', 'no live session', 'signed out: no report');
select tests.stop_acting();

-- Admin
select tests.act_as('admin');
select is(tests.touched('select * from public.registration_failures'), 2, 'admin: reads all');
select throws_ok('delete from public.registration_failures', '42501', tests.denied('registration_failures'), 'admin: no delete');
select throws_ok(
	'update public.registration_failures set resolved_at = now()', '42501', tests.denied('registration_failures'), 'admin: no update'
);
select tests.stop_acting();
-- The last active admin could not be suspended
select tests.make_admin('keeper');
update public.users set suspended_at = now() where id = tests.id_of('admin');
select tests.act_as('admin');
select is(tests.touched('select * from public.registration_failures'), 0, 'suspended admin: reads nothing');
select tests.stop_acting();

-- The profile is made after all
select tests.act_as('ann');
insert into public.users (id) values (private.user_id());
select tests.stop_acting();
select results_eq(
	$$ select stage, resolved_by from public.registration_failures where user_id = tests.id_of('ann') $$,
	$$ values ('fallback', 'fallback') $$,
	'a profile that is made resolves the reports'
);

-- The next trouble of the same person is a new row
delete from public.users where id = tests.id_of('ann');
select tests.act_as('ann');
select public.report_registration_failure('42P01', 'x');
select tests.stop_acting();
select is(
	(select count(*)::integer from public.registration_failures where user_id = tests.id_of('ann')), 2,
	'what was resolved stays on record'
);

-- Service role
select tests.act_as_service_role();
select is(tests.touched('delete from public.registration_failures'), 3, 'service role: may tidy up');
select tests.stop_acting();

select * from finish();
rollback;
