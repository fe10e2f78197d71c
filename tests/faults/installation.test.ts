import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { declared, noTrigger, withFault } from './fault.ts';
import { accountOf, confirm, home } from './journey.ts';
import { expectSays, expectWhole, listenTo, listFailures } from './outcome.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

/** In all of them the trigger is missing too: else nobody would come to depend on what is broken. */
const faults = [
	{
		name: 'fault 23: a policy reads its own table',
		make: `create policy broken_on_purpose on public.users for select to authenticated
			using (exists (select from public.users as other where other.role = 'admin'));`,
		mend: 'drop policy broken_on_purpose on public.users;',
		logged: { sqlstate: '42P17', fault: 'policy_recursion' },
	},
	{
		name: 'fault 24: the policy for the insert is missing',
		make: 'drop policy insert_own on public.users;',
		mend: declared('create policy insert_own on public.users'),
		logged: { sqlstate: '42501', fault: 'policy_missing' },
	},
	{
		name: 'fault 25: the grant for the insert is missing',
		make: 'revoke insert (id) on table public.users from authenticated;',
		mend: declared('grant insert (id) on table public.users'),
		logged: { sqlstate: '42501', fault: 'grant_missing' },
	},
	{
		name: 'fault 26: the policy for reading is missing',
		make: 'drop policy select_own_or_admin on public.users;',
		mend: declared('create policy select_own_or_admin on public.users'),
		logged: { sqlstate: '42501', fault: 'policy_missing' },
	},
];

it.each(faults)(
	'$name, which is a calm page for the person and a name and a code for whoever mends it',
	async ({ make, mend, logged }) => {
		const person = newPerson();
		const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
		const user = await accountOf(stage, person.email);
		await withFault(stage, { make, mend }, async () => {
			const heard = listenTo(stage);
			const calls = stage.proxy.seen.length;
			const asked = await visitor.get('/home');
			expect(asked.location).toBe('/almost-there?next=%2Fhome');
			// One try for one page: trying harder would not help.
			const inserts = stage.proxy.seen
				.slice(calls)
				.filter((call) => call === 'POST /rest/v1/users');
			expect(inserts).toHaveLength(1);
			const page = await visitor.follow(asked);
			expectSays(page, 'Your account is safe');
			expectSays(page, 'Try again');
			await heard({ event: 'profile.broken', user, level: 50, ...logged });
			expect(await listFailures(stage, person.email)).toEqual([
				{ stage: 'fallback', sqlstate: logged.sqlstate, resolved_by: null },
			]);
			// Nobody is thrown out of what needs no profile.
			expect((await visitor.get('/')).status).toBe(200);
		});
		expect((await visitor.follow(await visitor.get('/almost-there?next=%2Fhome'))).path).toBe(
			'/home',
		);
		expect(await listFailures(stage, person.email)).toEqual([
			{ stage: 'fallback', sqlstate: logged.sqlstate, resolved_by: 'fallback' },
		]);
		expect((await home(visitor)).path).toBe('/home');
		expect((await expectWhole(stage, person)).source).toBe('fallback');
	},
);
