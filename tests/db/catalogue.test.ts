import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { migrate, startHostedShape, startPglite } from '../support/database.ts';
import { listFailures } from '../support/tap.ts';

/** What a careless migration does, and what foundation__catalogue.sql says of it. */
const careless: [guard: string, migration: string][] = [
	['every table in public has row level security', 'create table public.things (id uuid)'],
	[
		'no table in private has it: the embedded backend would grant everything in private',
		'alter table private.jobs enable row level security',
	],
	[
		'no table in private is granted to the roles of the API',
		'grant select on private.jobs to authenticated',
	],
	[
		'nothing in public is granted to anonymous or to everybody',
		'grant select (id) on public.users to anon',
	],
	[
		'people are granted inserts and updates column by column',
		'grant update on public.users to authenticated',
	],
	['every verb that is granted has a policy', 'grant delete on public.users to authenticated'],
	[
		'every verb that is granted has a policy',
		'grant insert (reason) on public.audit_log to authenticated',
	],
	['one permissive policy for a verb', policy('for select to authenticated using (false)')],
	['every policy is for people who are signed in', policy('for delete using (false)')],
	['every table asks whether the session is alive', 'drop policy all_active on public.users'],
	[
		'every table asks whether the session is alive',
		'alter policy all_active on public.users using (true)',
	],
	[
		'every table asks whether the session is alive',
		`alter policy all_active on public.users with check ((select private.user_id()) is not null)`,
	],
	[
		'every policy for updates says which rows may be changed and what they may become',
		`drop policy update_own on public.users;
		${policy('for update to authenticated using (id = (select private.user_id()))')}`,
	],
	[
		'every policy calls its functions once a statement, not once a row',
		'alter policy select_own_or_admin on public.users using (id = private.user_id())',
	],
	[
		'every function that a policy calls is declared safe for parallel plans',
		'alter function private.is_admin() parallel unsafe',
	],
	[
		'every function that a policy calls is declared safe for parallel plans',
		'alter function private.user_id() volatile',
	],
	['every function pins its search_path', 'alter function private.is_admin() reset search_path'],
	[
		'every function pins its search_path',
		'alter function private.is_admin() set search_path = public',
	],
	[
		'no definer function in public but the trigger that must be found there',
		'alter function public.me() security definer',
	],
	[
		'and nobody can call that one',
		'grant execute on function public.handle_new_user() to service_role',
	],
	[
		'anonymous can ask for the version of the schema and nothing else, but for what stands behind links',
		'grant execute on function public.me() to anon',
	],
	[
		'what the auth server fires runs as its owner: the server has no rights here',
		'alter function private.follow_email() security invoker',
	],
	['no trigger is disabled', 'alter table public.users disable trigger _200_account'],
	[
		'every table that says when it was changed is kept true by a trigger',
		'drop trigger _100_timestamps on public.users',
	],
	['every foreign key has an index', 'drop index public.training_jobs_user_id'],
];

const engine = (await startHostedShape()) ?? startPglite();
const database = await engine.open();
afterAll(async () => {
	await database.close();
	await engine.stop();
});
await migrate(database);
await database.run(readFileSync('supabase/tests/000_helpers.sql', 'utf8'));
const catalogue = readFileSync('supabase/tests/foundation__catalogue.sql', 'utf8');
const plan = 'select no_plan();';
const guards = [...catalogue.matchAll(/^\t'(.+)'\n\);/gm)].map(([, guard]) => guard);

test('every guard of the catalogue is tried here', () => {
	expect([...new Set(careless.map(([guard]) => guard))].toSorted()).toEqual(guards.toSorted());
});

test('the schema as it is breaks none of them', async () => {
	expect(await listFailures(database, catalogue)).toEqual([]);
});

test.each(careless)(`“%s” is heard after: %s (${engine.name})`, async (guard, migration) => {
	const changed = catalogue.replace(plan, `${migration}; ${plan}`);
	expect(await listFailures(database, changed)).toContain(guard);
});

function policy(what: string): string {
	return `create policy careless on public.users ${what}`;
}
