-- The figures of the overview are kept as people come, change and go: they are those that counting gives.
begin;
set local search_path = public, extensions;
select no_plan();

select tests.make_admin('boss');

-- What is kept, beside what there is; empty when they agree
create function tests.miscounted() returns table (counted text, value text, kept bigint, is bigint) language sql
security definer set search_path = '' as $$
	with
	kept as (
		select line.counted, line.value, sum(line.change)::bigint as number
		from private.account_counts as line group by 1, 2 having sum(line.change) <> 0
	),
	real as (
		select 'kind' as counted, account.kind as value, count(*) as number from private.accounts as account group by 2
		union all
		select 'day', ((account.created_at at time zone 'UTC')::date)::text, count(*) from private.accounts as account group by 2
		union all
		select 'source', person.source, count(*) from public.users as person join private.accounts using (id) group by 2
	)
	select coalesce(kept.counted, real.counted), coalesce(kept.value, real.value), kept.number, real.number
	from kept full join real on real.counted = kept.counted and real.value = kept.value
	where kept.number is distinct from real.number;
$$;
select is_empty('select * from tests.miscounted()', 'at the beginning they agree');

-- A thousand things that happen to people, at random but the same each time
create function tests.live(p_rounds integer) returns void language plpgsql set search_path = '' as $$
declare
	v_id uuid;
	v_dice double precision;
begin
	perform setseed(0.4);
	for round in 1 .. p_rounds loop
		v_dice := random();
		v_id := (select id from auth.users where email like 'crowd-%' order by random() limit 1);
		if v_id is null or v_dice < 0.35 then
			insert into auth.users (id, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at)
			values (
				gen_random_uuid(), 'crowd-' || round || '@tests.example', case when random() < 0.5 then now() end,
				jsonb_build_object('providers', case when random() < 0.5 then '["email"]'::jsonb else '["google", "email"]' end), '{}',
				now() - random() * interval '9 days'
			);
		elsif v_dice < 0.45 then
			update auth.users set email_confirmed_at = now() where id = v_id;
		elsif v_dice < 0.5 then
			update auth.users set created_at = now() - random() * interval '9 days' where id = v_id;
		elsif v_dice < 0.55 then
			update auth.users set last_sign_in_at = now(), deleted_at = coalesce(deleted_at, case when random() < 0.3 then now() end) where id = v_id;
		elsif v_dice < 0.65 then
			update public.users set role = case when role = 'admin' then 'user' else 'admin' end where id = v_id;
		elsif v_dice < 0.75 then
			update public.users
			set suspended_at = case when suspended_at is null then now() end,
				suspended_until = case when suspended_at is null and random() < 0.5 then now() + interval '1 day' end
			where id = v_id;
		elsif v_dice < 0.9 then
			delete from public.users where id = v_id;
			if random() < 0.8 then
				insert into public.users (id, source) values (v_id, case when random() < 0.5 then 'fallback' else 'repair' end);
			end if;
		else
			delete from auth.users where id = v_id;
		end if;
	end loop;
end;
$$;
select tests.live(1000);
select cmp_ok((select count(*)::integer from private.accounts), '>', 50, 'there is a crowd');
select cmp_ok((select count(distinct kind)::integer from private.accounts), '>', 10, 'of many kinds');
select cmp_ok((select count(*)::integer from public.users where source <> 'trigger'), '>', 10, 'some with a profile that was not made by the trigger');
select is_empty('select * from tests.miscounted()', 'after a thousand changes they agree');
select cmp_ok(
	(select max(id) from private.account_counts), '>', (select count(*) * 4 from private.account_counts),
	'and most of the changes have been gathered'
);
select private.gather_account_counts();
select is_empty('select * from tests.miscounted()', 'gathering changes no number');
select is_empty(
	$$ select counted, value from (select counted, value from private.account_counts order by id desc limit 10) as latest group by 1, 2 having count(*) > 1 $$,
	'and leaves one row for each'
);

-- The overview says the same
create table tests.real as select
	count(*) as people, count(*) filter (where role = 'admin') as admins, count(*) filter (where not confirmed) as unconfirmed,
	count(*) filter (where role is null) as missing_profiles,
	count(*) filter (where suspended and coalesce(suspended_until > now(), true)) as suspended,
	(select count(*) from public.registration_failures where resolved_at is null) as open_failures,
	(select jsonb_build_object(
		'trigger', count(*) filter (where person.source = 'trigger'), 'fallback', count(*) filter (where person.source = 'fallback'),
		'repair', count(*) filter (where person.source = 'repair')
	) from public.users as person join private.accounts using (id)) as sources
from private.accounts;
grant select on tests.real to public;
select tests.act_as('boss');
select is(public.admin_overview() - 'sign_ups', (select to_jsonb(real) from tests.real), 'the overview has these numbers');
select is(
	(select sum((day ->> 'count')::integer) from jsonb_array_elements(public.admin_overview(30) -> 'sign_ups') as day),
	(select people from tests.real)::bigint, 'and everybody on the day on which they signed up'
);
select tests.stop_acting();

-- Nothing that goes wrong with the numbers keeps anybody from anything, and a repair counts anew
alter table private.account_counts add constraint trouble check (false) not valid;
select lives_ok('select tests.make_person(''gus'')', 'an account is made although it cannot be counted');
select lives_ok($$ delete from auth.users where email like 'crowd-9%' $$, 'and others are deleted');
alter table private.account_counts drop constraint trouble;
select isnt_empty('select * from tests.miscounted()', 'the numbers are wrong now');
select tests.act_as('boss');
select public.admin_repair_profiles();
select tests.stop_acting();
select is_empty('select * from tests.miscounted()', 'until a repair');

select * from finish();
rollback;
