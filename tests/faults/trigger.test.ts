import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPerson, type NewPerson } from '../support/people.ts';
import { startPostgres } from '../support/postgres.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { declared, noTrigger, withFault } from './fault.ts';
import { accountOf, askAuthServer, confirm, home, logIn, press, signUp } from './journey.ts';
import { expectSays, expectWhole, listenTo, listFailures, textOf } from './outcome.ts';
import { readSession } from './token.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const raising = {
	make: `create or replace function public.handle_new_user() returns trigger
		language plpgsql security definer set search_path = ''
		as $$ begin raise exception 'broken on purpose'; end; $$;`,
	mend: declared('create function public.handle_new_user()'),
};
const refusing = {
	make: `alter table public.users add constraint broken_on_purpose check (source <> 'trigger') not valid;`,
	mend: 'alter table public.users drop constraint broken_on_purpose;',
};
const unrecordable = {
	make: `${refusing.make}
		alter table public.registration_failures add constraint broken_too check (false) not valid;`,
	mend: `${refusing.mend}
		alter table public.registration_failures drop constraint broken_too;`,
};

it('fault 1: the trigger raises, so there is no account, and the same form works once it is mended', async () => {
	const person = newPerson();
	const visitor = stage.visitor();
	const heard = listenTo(stage);
	await withFault(stage, raising, async () => {
		const refused = await signUp(visitor, person);
		expect(refused.status).toBe(503);
		expectSays(refused, 'sign up again. That is safe.');
		expect(refused.html).toContain(`value="${person.email}"`);
		expect(refused.html).not.toContain(person.password);
		await heard({ event: 'form.refused', code: 'sign_up_unknown', level: 50, upstream: 500 });
		expect(await accountOf(stage, person.email)).toBeNull();
		expect(await stage.countMails(person.email)).toBe(0);
	});
	expect((await signUp(visitor, person)).location).toBe('/check-email');
	await press(visitor, await stage.linkFor(person.email));
	expect((await expectWhole(stage, person)).source).toBe('trigger');
});

it('fault 2: the trigger is missing, so the profile is made at the first confirmed session', async () => {
	const person = newPerson();
	const heard = listenTo(stage);
	const visitor = stage.visitor();
	await withFault(stage, noTrigger, () => confirm(stage, person, visitor));
	const page = await home(visitor);
	expect(page.path).toBe('/home');
	expectSays(page, `Welcome, ${person.name}`);
	await heard({ event: 'profile.made_by_fallback', user: await accountOf(stage, person.email) });
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

it('fault 3: the insert of the trigger fails, which is recorded, and resolved by the fallback', async () => {
	const person = newPerson();
	const metadata = { name: ['Ada'], full_name: { first: 'Ada' }, user_name: 7, role: ['admin'] };
	await withFault(stage, refusing, async () => {
		const { email, password } = person;
		const body = JSON.stringify({ email, password, data: metadata });
		expect((await askAuthServer(stage, 'signup', body)).status).toBe(200);
		expect(await listFailures(stage, email)).toEqual([
			{ stage: 'trigger', sqlstate: '23514', resolved_by: null },
		]);
		const visitor = stage.visitor();
		await press(visitor, await stage.linkFor(email));
		expect(textOf(await home(visitor))).toContain('Welcome, 7');
		expect(await listFailures(stage, email)).toEqual([
			{ stage: 'trigger', sqlstate: '23514', resolved_by: 'fallback' },
		]);
	});
	expect((await expectWhole(stage, { ...person, name: '7' })).source).toBe('fallback');
});

it('fault 4: the failure cannot be recorded either, and still nobody is stranded', async () => {
	const person = newPerson();
	await withFault(stage, unrecordable, async () => {
		const visitor = await confirm(stage, person);
		expect((await home(visitor)).path).toBe('/home');
	});
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

const server = await startPostgres();
afterAll(() => server?.stop());

describe.skipIf(!server)('fault 4 on PostgreSQL', () => {
	it('leaves a warning in the log of the database', async () => {
		const onPostgres = await startStage(server?.url);
		try {
			const person = newPerson();
			await withFault(onPostgres, unrecordable, () => signUp(onPostgres.visitor(), person));
			const id = await accountOf(onPostgres, person.email);
			const warning = `WARNING:  registration: stage trigger failed for account ${id} with 23514`;
			await until('the warning', async () => server?.output().includes(warning) ?? false);
		} finally {
			await onPostgres.stop();
		}
	});
});

it('fault 31: the profile was deleted by hand, and is made again at the next request', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const id = await accountOf(stage, person.email);
	await stage.sql('delete from public.users where id = $1', [id]);
	const heard = listenTo(stage);
	expect((await home(visitor)).path).toBe('/home');
	await heard({ event: 'profile.made_by_fallback', user: id });
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

/** As an import makes accounts: with the hash of a password, no metadata, and before there was a trigger. */
async function importAccounts(like: NewPerson, people: NewPerson[]): Promise<void> {
	await confirm(stage, like);
	await withFault(stage, noTrigger, () =>
		stage.sql(
			`insert into auth.users
				(id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at)
			select gen_random_uuid(), aud, role, email_of_new, encrypted_password, now(), now(), now()
			from auth.users, unnest($1::text[]) as email_of_new where email = $2`,
			[people.map(({ email }) => email), like.email],
		),
	);
}

/** Whoever was imported has no name but the part of their address before the @. */
function newImport(like: NewPerson): NewPerson {
	const { email } = newPerson();
	return { email, password: like.password, name: email.split('@')[0] ?? '' };
}

it('fault 32: an account from before Gatehouse gets its profile at the next log-in', async () => {
	const like = newPerson();
	const person = newImport(like);
	await importAccounts(like, [person]);
	const heard = listenTo(stage);
	const visitor = stage.visitor();
	expect((await visitor.follow(await logIn(visitor, person))).path).toBe('/home');
	await heard({ event: 'profile.made_by_fallback', user: await accountOf(stage, person.email) });
	expect((await expectWhole(stage, person, { mails: 0 })).source).toBe('fallback');
});

it('fault 32: admins see such accounts in a list, and a repair makes their profiles', async () => {
	const admin = newPerson();
	const people = [newImport(admin), newImport(admin)];
	await importAccounts(admin, people);
	await stage.sql('select public.make_admin($1)', [admin.email]);
	const visitor = stage.visitor();
	await logIn(visitor, admin);
	const ask = async (name: string, body: object): Promise<unknown> => {
		const answer = await fetch(`${stage.backend.url}/rest/v1/rpc/${name}`, {
			method: 'POST',
			headers: {
				apikey: stage.backend.publishableKey,
				authorization: `Bearer ${readSession(visitor).access_token}`,
				'content-type': 'application/json',
			},
			body: JSON.stringify(body),
		});
		return answer.json();
	};
	const listed = JSON.stringify(await ask('admin_list_users', { has_profile: false }));
	for (const { email } of people) expect(listed).toContain(email);
	expect(await ask('admin_repair_profiles', {})).toMatchObject({ repaired: 2, failed: [] });
	for (const person of people) {
		expect((await expectWhole(stage, person, { mails: 0 })).source).toBe('repair');
	}
});
