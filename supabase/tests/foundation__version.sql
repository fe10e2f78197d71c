-- Which migrations a database has: what a load balancer asks, which has nobody's session.
begin;
set local search_path = public, extensions;
select no_plan();

create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text primary key);
insert into supabase_migrations.schema_migrations (version) values ('20990101000000');

select tests.act_as_anonymous();
select is(public.schema_version(), '20990101000000', 'anonymous: hears which migration was the last');
select throws_ok('select version from supabase_migrations.schema_migrations', '42501', null, 'anonymous: and does not read the others');
select tests.stop_acting();

select * from finish();
rollback;
