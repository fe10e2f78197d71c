-- The audit log: admins read it, nobody changes it.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_admin('boss');
select tests.make_admin('second');
select tests.make_person('ann');
select tests.act_as('boss');
select public.admin_set_role(tests.id_of('ann'), 'admin', 'Helps out');
select public.admin_set_role(tests.id_of('ann'), 'user');
select tests.stop_acting();

create function tests.log_only_grows(p_who text) returns setof text language sql set search_path = public, extensions as $$
	select throws_ok(statement, '42501', tests.denied('audit_log'), p_who || ': ' || what)
	from (values
		('insert into public.audit_log (act, via) values (''role_set'', ''command line'')', 'writes no line'),
		('update public.audit_log set reason = ''x''', 'changes none'),
		('delete from public.audit_log', 'deletes none'),
		('truncate public.audit_log', 'does not empty it')
	) as t (statement, what);
$$;
grant execute on function tests.log_only_grows(text) to public;

select tests.act_as_anonymous();
select throws_ok('select * from public.audit_log', '42501', tests.denied('audit_log'), 'anonymous: reads nothing');
select tests.log_only_grows('anonymous');
select tests.stop_acting();

select tests.act_as('ann');
select is(tests.touched('select * from public.audit_log'), 0, 'a user: reads nothing, not even about themselves');
select tests.log_only_grows('a user');
select is(
	jsonb_path_query_array(public.export_my_data(), '$.admin.done_to_me[*].act'), '["role_set", "role_set"]',
	'a user: takes along what was done to them'
);
select ok(public.export_my_data()::text not like '%boss@%', 'a user: without the names of admins');
select tests.stop_acting();

select tests.act_as('boss');
select is(tests.touched('select * from public.audit_log'), 2, 'admin: reads it');
select tests.log_only_grows('admin');
select is(jsonb_array_length(public.export_my_data() #> '{admin,done_by_me}'), 2, 'admin: takes along what they did');
select ok(public.export_my_data()::text not like '%ann@%', 'admin: without those to whom they did it');
select tests.stop_acting();

update public.users set suspended_at = now() where id = tests.id_of('boss');
select tests.act_as('boss');
select is(tests.touched('select * from public.audit_log'), 0, 'suspended admin: reads nothing');
select tests.stop_acting();

select tests.act_as_service_role();
select is(tests.touched('select * from public.audit_log'), 2, 'service role: reads it');
select tests.log_only_grows('service role');
select tests.stop_acting();

-- Whom no missing grant stops
select throws_ok(statement, '42501', 'audit_log only grows', 'the owner of the table: ' || what)
from (values
	('update public.audit_log set reason = ''x''', 'changes none'),
	('delete from public.audit_log', 'deletes none'),
	('truncate public.audit_log', 'does not empty it')
) as t (statement, what);

-- It outlives the people in it
delete from auth.users where id in (tests.id_of('boss'), tests.id_of('ann'));
select results_eq(
	'select actor_email, subject_email from public.audit_log order by id',
	$$ values ('boss@tests.example', 'ann@tests.example'), ('boss@tests.example', 'ann@tests.example') $$,
	'who did what to whom is known after both are gone'
);

-- The request id is only the caller's word
select tests.make_person('bob');
select tests.act_as('second');
select set_config('request.headers', jsonb_build_object('x-request-id', repeat('x', 1000))::text, true);
select lives_ok(format('select public.admin_set_role(%L, ''admin'')', tests.id_of('bob')), 'a long request id: is cut');
select set_config('request.headers', '', true);
select lives_ok(format('select public.admin_set_role(%L, ''user'')', tests.id_of('bob')), 'no headers: no request id');
select tests.stop_acting();
select results_eq(
	$$ select char_length(request_id) from public.audit_log where subject_id = tests.id_of('bob') order by id $$, $$ values (100), (null) $$,
	'and stands in the log so'
);

-- Whoever leaves by themselves
select tests.make_person('lea', '{"name": "Lea Leaving"}');
select tests.make_person('kim');
select tests.make_person('tim');
create table tests.leaving as select tests.id_of('lea') as lea, tests.id_of('kim') as kim, tests.id_of('tim') as tim;
select set_config('request.headers', '{"x-request-id": "req-9"}', true);
select tests.act_as('lea');
select public.delete_my_account();
select tests.stop_acting();
select results_eq(
	$$ select line.act, line.via, line.actor_id, line.subject_id, line.before ->> 'role', line.request_id
		from public.audit_log as line, tests.leaving where line.subject_id = leaving.lea $$,
	$$ select 'left', 'app', lea, lea, 'user', 'req-9' from tests.leaving $$,
	'whoever deletes their own account is in the log by their id'
);
select is_empty(
	$$ select from public.audit_log as line, tests.leaving where line.subject_id = leaving.lea and line::text ~* 'lea(ving|@)' $$,
	'without their name and their address'
);
select tests.act_as('second');
select public.admin_delete_user(tests.id_of('kim'), 'kim@tests.example');
select tests.stop_acting();
delete from auth.users where id = tests.id_of('tim');
select results_eq(
	$$ select line.act from public.audit_log as line, tests.leaving where line.subject_id in (leaving.kim, leaving.tim) $$,
	$$ values ('deleted') $$,
	'whom somebody else deletes has not left'
);

select * from finish();
rollback;
