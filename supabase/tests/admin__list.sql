-- How admins find people: filters, search, orders, pages, totals, and that nothing keeps an account off the list.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_admin('boss');
select tests.make_person(name, jsonb_build_object('name', full_name))
from (values
	('ann', 'Ann Arbor'), ('bob', 'Bob 100% \_O''Neil'), ('cem', 'Cem ünal'), ('dee', 'Dee'), ('eve', 'Eve Moneypenny'), ('fay', 'Ann-Fay Zed')
) as t (name, full_name);
update auth.users set created_at = timestamptz '2026-01-01 12:00Z' + (ascii(email) - 97) * interval '1 day' where email like '___@%' and email !~ 'boss';
update auth.users set created_at = '2025-01-01Z' where email ~ 'boss';
update auth.users set email_confirmed_at = null where id = tests.id_of('dee');
update auth.users set raw_app_meta_data = '{"provider": "email", "providers": ["google", "email"]}' where id = tests.id_of('eve');
update auth.users set raw_app_meta_data = '{"provider": "email", "providers": ["email"]}' where id <> tests.id_of('eve');
update auth.users set last_sign_in_at = '2026-02-01Z' where id = tests.id_of('bob');
update public.users set suspended_at = now(), suspended_reason = 'Spam' where id = tests.id_of('cem');
update public.users set suspended_at = now() - interval '2 days', suspended_until = now() - interval '1 day' where id = tests.id_of('ann');
delete from public.users where id = tests.id_of('fay');
insert into public.registration_failures (user_id, stage, sqlstate, message) values (tests.id_of('fay'), 'trigger', '23514', 'x');

-- The names on a page, in its order
create function tests.names(p_page jsonb) returns text language sql set search_path = '' as $$
	select coalesce(string_agg(split_part(row ->> 'email', '@', 1), ' ' order by place), '')
	from jsonb_array_elements(p_page -> 'rows') with ordinality as t (row, place);
$$;
grant execute on function tests.names(jsonb) to public;

-- How many there are, and whether there are more than were counted
create function tests.total(p_page jsonb) returns text language sql set search_path = '' as $$ select concat(p_page -> 'total', ' ', p_page -> 'more'); $$;
grant execute on function tests.total(jsonb) to public;

-- All pages, one after the other
create function tests.walk(p_arguments text, p_backward boolean) returns text language plpgsql set search_path = '' as $$
declare
	v_page jsonb;
	v_cursor text;
	v_names text[];
begin
	for round in 1 .. 10 loop
		execute format('select public.admin_list_users(%s, page_size => 2, cursor => $1, backward => $2)', p_arguments) into v_page using v_cursor, p_backward;
		v_names := case when p_backward then tests.names(v_page) || v_names else v_names || tests.names(v_page) end;
		v_cursor := v_page ->> case when p_backward then 'previous' else 'next' end;
		exit when v_cursor is null;
	end loop;
	return array_to_string(v_names, ' | ');
end;
$$;
grant execute on function tests.walk(text, boolean) to public;
select tests.act_as('ann');
select throws_ok('select public.' || call, '42501', 'only an admin may do this', 'a user: no ' || call)
from unnest(array['admin_list_users()', 'admin_show_user(private.user_id())', 'admin_overview()', 'admin_list_failures()', 'admin_repair_profile(private.user_id())', 'admin_repair_profiles()']) as call;
select tests.stop_acting();

select tests.act_as('boss');
select is(tests.names(public.admin_list_users()), 'fay eve dee cem bob ann boss', 'all, the newest first');
select is(public.admin_list_users() - 'rows', '{"total": 7, "more": false, "next": null, "previous": null}', 'with a total, and no further pages');

-- Totals: of the kinds that are kept, and of what is counted
select is(tests.total(public.admin_list_users(role => 'admin')), '1 false', 'the total of admins');
select is(tests.total(public.admin_list_users(role => 'user', page_size => 2)), '5 false', 'of users, on more than one page');
select is(tests.total(public.admin_list_users(confirmed => false)), '1 false', 'of those who are not confirmed');
select is(tests.total(public.admin_list_users(has_profile => false)), '1 false', 'of those without a profile');
select is(tests.total(public.admin_list_users(suspended => true)), '1 false', 'of the suspended, without who was');
select is(tests.total(public.admin_list_users(suspended => false)), '6 false', 'of the others, with who was');
select is(tests.total(public.admin_list_users(created_from => '2026-01-02Z', created_to => '2026-01-04Z')), '2 false', 'of a time');
select is(tests.total(public.admin_list_users(created_from => '2026-01-02Z', sort => 'name')), '5 false', 'of a time, in another order');

-- Filters
select is(tests.names(public.admin_list_users(role => 'admin')), 'boss', 'admins');
select is(tests.names(public.admin_list_users(role => 'user')), 'eve dee cem bob ann', 'users');
select is(tests.names(public.admin_list_users(confirmed => false)), 'dee', 'not confirmed');
select is(tests.names(public.admin_list_users(confirmed => true)), 'fay eve cem bob ann boss', 'confirmed');
select is(tests.names(public.admin_list_users(suspended => true)), 'cem', 'suspended, and not who was');
select is(tests.names(public.admin_list_users(suspended => false)), 'fay eve dee bob ann boss', 'not suspended, and who was');
select is(tests.names(public.admin_list_users(provider => 'google')), 'eve', 'by one of their providers');
select is(tests.names(public.admin_list_users(provider => 'email', role => 'user')), 'eve dee cem bob ann', 'by another, and by role');
select is(tests.names(public.admin_list_users(has_profile => false)), 'fay', 'without a profile');
select is(tests.names(public.admin_list_users(has_profile => true)), 'eve dee cem bob ann boss', 'with one');
select is(tests.names(public.admin_list_users(created_from => '2026-01-02 12:00Z', created_to => '2026-01-04 12:00Z')), 'cem bob', 'signed up from, until');
select is(tests.names(public.admin_list_users(created_from => '2026-01-02 12:00Z', sort => 'name', descending => false)), 'fay bob cem dee eve', 'the same by name');
select is(public.admin_list_users(role => 'owner'), '{"rows": [], "total": 0, "more": false, "next": null, "previous": null}', 'nobody is nobody');

-- Search
select is(tests.names(public.admin_list_users(search => term)), found, format('search for "%s"', term))
from (values
	('ann', 'ann'), (' ANN ', 'ann'), ('a', 'ann'), ('ann a', 'ann'), ('arbor', 'ann'), ('moneyp', 'eve'), ('oneypen', 'eve'), ('fay@tests', 'fay'),
	('@tests.example', 'fay eve dee cem bob ann boss'), ('mo', 'eve'), ('on', ''), ('de', 'dee'), ('100%', 'bob'), ('10%0', ''), ('\_', 'bob'),
	('_o''n', ''), ('\_o''neil', 'bob'), ('ünal', 'cem'), ('nobody', ''), ('', 'fay eve dee cem bob ann boss'), ('%', ''), (''' or true --', '')
) as t (term, found);
select is(tests.names(public.admin_list_users(search => left(private.user_id()::text, cut))), 'boss', format('search for the first %s characters of an id', cut))
from unnest(array[8, 13, 20, 36]) as cut;
select is(public.admin_list_users(search => 'tests') - 'rows', '{"total": 7, "more": false, "next": null, "previous": null}', 'a search has a total');
select is(tests.names(public.admin_list_users(search => 'tests', suspended => true)), 'cem', 'search among those of one kind');
select is(tests.names(public.admin_list_users(search => 'tests', suspended => true, sort => 'email', descending => false)), 'cem', 'and in another order');
select is(tests.names(public.admin_list_users(search => 'ann', role => 'user', created_to => '2026-01-02Z')), 'ann', 'search, filter and time together');

-- Orders
select is(tests.names(public.admin_list_users(descending => false)), 'boss ann bob cem dee eve fay', 'the oldest first');
select is(tests.names(public.admin_list_users(sort => 'email', descending => false)), 'ann bob boss cem dee eve fay', 'by address');
select is(tests.names(public.admin_list_users(sort => 'name', descending => true)), 'eve dee cem boss bob ann fay', 'by name, who has none last');
select is(split_part(tests.names(public.admin_list_users(sort => 'last_sign_in_at')), ' ', 1), 'bob', 'by the last log-in');
select throws_ok('select public.admin_list_users(sort => ''id; drop table users'')', '22023', 'the list has no such order', 'no other order');

-- Pages
select is(tests.walk(arguments, false), pages, 'pages forward: ' || arguments),
	is(replace(tests.walk(arguments, true), ' |', ''), replace(pages, ' |', ''), 'the same from the end: ' || arguments)
from (values
	('role => null', 'fay eve | dee cem | bob ann | boss'),
	('sort => ''name'', descending => false', 'fay ann | bob boss | cem dee | eve'),
	('search => ''tests.example'', sort => ''email'', descending => false', 'ann bob | boss cem | dee eve | fay'),
	('created_from => ''2026-01-02Z'', sort => ''email'', descending => false', 'bob cem | dee eve | fay'),
	('suspended => false, sort => ''email''', 'fay eve | dee boss | bob ann')
) as t (arguments, pages);
select is(
	tests.names(public.admin_list_users(page_size => 2, backward => true, cursor => public.admin_list_users(page_size => 2, cursor => public.admin_list_users(page_size => 2) ->> 'next') ->> 'previous')),
	'fay eve', 'a page forward and one back'
);
select is(public.admin_list_users(page_size => 2, search => 'tests', cursor => public.admin_list_users(page_size => 2, search => 'tests') ->> 'next') -> 'total', '7', 'the total is that of all pages');
select throws_ok('select public.admin_list_users(cursor => ''x'')', '22007', null, 'a cursor that is none');

-- What a row says
select is(
	(public.admin_list_users(search => 'cem@') -> 'rows' -> 0) - array['id', 'avatar_hue', 'created_at', 'confirmed_at', 'suspended_at'],
	'{"email": "cem@tests.example", "name": "Cem ünal", "role": "user", "source": "trigger", "providers": ["email"], "has_profile": true, "last_sign_in_at": null,
		"suspended": true, "suspended_until": null, "suspended_reason": "Spam", "failure": null}',
	'a row says what there is to say'
);
select is(
	public.admin_list_users(has_profile => false) #> '{rows,0}' @> '{"name": null, "role": null, "has_profile": false, "failure": {"stage": "trigger", "sqlstate": "23514"}}', true,
	'without a profile it says why'
);
select is(public.admin_show_user(gen_random_uuid()), null, 'who is not there has no page');
select is(public.admin_show_user(tests.id_of('fay')) #>> '{failures,0,sqlstate}', '23514', 'the page of a person has their failures');
select is(jsonb_array_length(public.admin_show_user(tests.id_of('ann')) -> 'sessions'), 1, 'their sessions');
select tests.stop_acting();

-- The timeline
select tests.act_as('boss');
select public.admin_suspend_user(tests.id_of('ann'), 'Spam');
select is(
	(select string_agg(distinct moment ->> 'event', ' ' order by moment ->> 'event') from jsonb_array_elements(public.admin_show_user(tests.id_of('ann')) -> 'timeline') as moment),
	'confirmed profile_made registered suspended', 'the page of a person has what happened to them'
);
select is(
	jsonb_path_query_first(public.admin_show_user(tests.id_of('ann')) -> 'timeline', '$[*] ? (@.event == "suspended").actor'), '"boss@tests.example"', 'and by whom'
);

-- The overview
select is(
	public.admin_overview() - 'sign_ups',
	'{"people": 7, "admins": 1, "unconfirmed": 1, "missing_profiles": 1, "suspended": 2, "open_failures": 1, "sources": {"trigger": 6, "fallback": 0, "repair": 0}}',
	'the overview counts'
);
select is(jsonb_array_length(public.admin_overview(30) -> 'sign_ups'), 30, 'each day of the last 30 is there');
select is(public.admin_overview(30) #>> '{sign_ups,29,day}', (now() at time zone 'UTC')::date::text, 'the last one is today');
select tests.stop_acting();
update auth.users set created_at = now() where id in (tests.id_of('ann'), tests.id_of('bob'));
select tests.act_as('boss');
select is(public.admin_overview(30) #> '{sign_ups,29,count}', '2', 'with its sign-ups');

-- Failures
select is(public.admin_list_failures(resolved => false) #>> '{rows,0,email}', 'fay@tests.example', 'open failures');
select is(public.admin_list_failures(resolved => true) - 'rows', '{"total": 0, "more": false, "next": null}', 'no resolved ones');

-- Repair
select is(public.admin_repair_profile(tests.id_of('fay')), '{"outcome": "repaired", "sqlstate": null, "message": null}', 'admin: repairs');
select is(public.admin_repair_profile(tests.id_of('fay')) -> 'outcome', '"present"', 'admin: to do so again changes nothing');
select throws_ok('select public.admin_repair_profile(gen_random_uuid())', 'PT404', 'there is no such account', 'admin: nobody is repaired who is not there');
select is(public.admin_list_failures(resolved => true) #>> '{rows,0,resolved_by}', 'repair', 'the failure is resolved');
select is(tests.names(public.admin_list_users(has_profile => false)), '', 'and nobody is left without a profile');
select tests.stop_acting();
select is((select count(*)::integer from public.audit_log where act = 'profile_repaired'), 1, 'the log has it once');

delete from public.users where id in (tests.id_of('ann'), tests.id_of('bob'), tests.id_of('cem'), tests.id_of('dee'));
create function tests.no_dee() returns trigger language plpgsql set search_path = '' as $$
begin
	if new.id = tests.id_of('dee') then raise 'no dee' using errcode = '23514'; end if;
	return new;
end;
$$;
create trigger _900_no_dee before insert on public.users for each row execute function tests.no_dee();
create function tests.repair_all(out repaired integer, out failed jsonb, out calls integer) language plpgsql set search_path = '' as $$
declare
	v_answer jsonb;
	v_next uuid;
begin
	repaired := 0; failed := '[]'; calls := 0;
	loop
		v_answer := public.admin_repair_profiles(2, v_next);
		repaired := repaired + (v_answer ->> 'repaired')::integer;
		failed := failed || (v_answer -> 'failed');
		calls := calls + 1;
		v_next := v_answer ->> 'next';
		exit when v_next is null;
	end loop;
end;
$$;
grant execute on function tests.repair_all() to public;
select tests.act_as('boss');
select results_eq(
	'select repaired, failed #>> ''{0,message}'', failed #>> ''{0,sqlstate}'', jsonb_array_length(failed) from tests.repair_all()',
	$$ values (3, 'no dee', '23514', 1) $$,
	'admin: repairs all that can be repaired, and hears of the one that cannot'
);
select is(
	(select count(*)::integer from jsonb_array_elements(public.admin_list_failures(resolved => false) -> 'rows') as row where row ->> 'stage' = 'repair'),
	1, 'admin: the reason is among the failures'
);
select is(tests.names(public.admin_list_users(has_profile => false)), 'dee', 'who is still without one');
select tests.stop_acting();

-- Nothing keeps an account off the list, and the list keeps nobody from anything
alter table private.accounts add constraint trouble check (email not like 'gus%');
select lives_ok('select tests.make_person(''gus'')', 'an account is made although it cannot be listed');
select lives_ok($$ update public.users set name = 'Gus' where id = tests.id_of('gus') $$, 'and changed');
alter table private.accounts drop constraint trouble;
select tests.act_as('boss');
select is(tests.names(public.admin_list_users(search => 'gus@')), '', 'it is not on the list');
select public.admin_repair_profiles();
select is(tests.names(public.admin_list_users(search => 'gus@')), 'gus', 'until a repair');
select tests.stop_acting();
update auth.users set email = 'gus2@tests.example' where id = tests.id_of('gus');
update public.users set role = 'admin' where email = 'gus2@tests.example';
select tests.act_as('boss');
select is(tests.names(public.admin_list_users(search => 'gus2@', role => 'admin')), 'gus2', 'a change of address and role shows');
select tests.stop_acting();
update auth.users set deleted_at = now() where email = 'gus2@tests.example';
delete from auth.users where id = tests.id_of('eve');
select tests.act_as('boss');
select is(tests.names(public.admin_list_users(search => 'gus2@')), '', 'who is marked as deleted is not listed');
select is(tests.names(public.admin_list_users(search => 'eve@')), '', 'nor who is gone');
select tests.stop_acting();

select is(private.providers_in(metadata::jsonb), providers, format('providers in %s', metadata))
from (values
	('{"providers": ["google", "email", "google"]}', 'email,google'), ('{"providers": ["sso:0d2f"]}', 'sso'), ('{"providers": "email"}', ''),
	('{}', ''), ('null', ''), ('7', ''), ('[["email"]]', ''), ('{"providers": [{"a": 1}, null, 3]}', '3,{"a"'), (null, '')
) as t (metadata, providers);

-- What people change themselves
select tests.make_person('hal');
select tests.act_as('hal');
update public.users set name = 'Renamed' where id = private.user_id();
select tests.stop_acting();
select tests.act_as('boss');
select is(tests.names(public.admin_list_users(search => 'renamed')), 'hal', 'who changes their own name is found by it');
select tests.stop_acting();

select * from finish();
rollback;
