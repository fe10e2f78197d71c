-- Deliberately without rows. `supabase start` and `supabase db reset` run this file after the migrations.
--
-- The demo people sign up through the API like anybody else: a row written straight into auth.users
-- passes by the auth server's own checks and breaks whenever its schema changes. What a project needs
-- in order to work belongs in a migration, since hosted projects never run a seed.
select 1;
