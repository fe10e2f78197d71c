-- How the list is searched among many: whatever way is taken, the page is the one that reading everybody gives.
begin;
set local search_path = public, extensions;
select no_plan();

-- Only the list is of interest here: no accounts behind it, and numbers made in one go
alter table private.accounts drop constraint accounts_id_fkey;
alter table private.accounts disable trigger user;
insert into private.accounts (id, email, name, role, created_at, last_sign_in_at)
select
	gen_random_uuid(),
	concat_ws('.', 'n' || n, case when n <= 12000 then 'olden' end, case when n % 5000 = 7 then 'rare' end) || '@tests.example',
	case when n % 2 = 0 then 'zoe common ' when n % 10 = 1 then 'yan some ' else 'abe plain ' end || n * 7919 % 26000,
	'user', timestamptz '2026-01-01Z' + n * interval '1 minute', timestamptz '2026-01-01Z' + n * interval '1 minute'
from generate_series(1, 26000) as n;
select private.recount_accounts();
analyze private.accounts;

create function tests.sift(p_key text, p_term text, p_order text, p_past text, p_expected bigint default null) returns text[] language plpgsql set search_path = '' as $$
declare
	v_rows text := format('select id, kind, created_at, search, %I as key from private.accounts where true', p_key);
	v_sift text := private.account_matches(p_term);
	v_found record;
	v_all uuid[];
	v_hits integer;
begin
	v_found := private.sift_accounts(v_rows, private.kinds_of_accounts(null, null, null, null, null), p_past, v_sift, p_order, 26, true, p_expected, p_key = 'created_at' and p_order like 'key desc%');
	execute format('select array(select id from (%s) as row where %s and %s order by %s limit 26), (select count(*) from (%1$s) as row where %3$s)', v_rows, p_past, v_sift, p_order)
	into v_all, v_hits;
	return array[
		cardinality(v_all)::text,
		case when v_found.ids = v_all then 'the same' end,
		case when v_found.complete then v_found.hits = v_hits else v_found.hits <= v_hits end::text
	];
end;
$$;

select is(tests.sift(key, term, sorted, 'true'), array[least(26, hits)::text, 'the same', 'true'], format('%s, %s, %s', what, key, sorted))
from (values
	('in the first rows', 'plain', 10400), ('among few', 'rare', 6), ('found and put in order', 'some', 2600),
	('known to be common from the newest', 'common', 13000), ('common, but not among the newest', 'olden', 12000),
	('none', 'nobody', 0)
) as t (what, term, hits)
cross join unnest(array['name', 'created_at', 'last_sign_in_at', 'email']) as key
cross join unnest(array['key, id', 'key desc, id desc']) as sorted;

select is(tests.sift('name', 'common', 'key, id', $$(key, id) > ('zoe common 2', '00000000-0000-0000-0000-000000000000')$$), '{26,"the same",true}', 'after a cursor');
select is(tests.sift('name', 'plain', 'key, id', $$(key, id) > ('zoe', '00000000-0000-0000-0000-000000000000')$$), '{0,"the same",true}', 'after the last');
select is(tests.sift('name', 'olden', 'key desc, id desc', 'true', 500), '{26,"the same",true}', 'more than was expected');
select is(tests.sift('created_at', 'olden', 'key desc, id desc', 'true', 10000), '{26,"the same",true}', 'as many as were expected, but far behind');

select finish();
rollback;
