import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { accountOf, askAuthServer, home, logIn, press, signUp } from './journey.ts';
import { expectSays, expectWhole, textOf } from './outcome.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const unique = () => newPerson().email.split('@')[0] ?? '';

it.each([
	['in capitals, with spaces around it', (name: string) => `  ${name.toUpperCase()}@Example.COM `],
	['with a plus tag', (name: string) => `${name}+tag@example.com`],
	['with an internationalised domain', (name: string) => `${name}@bücher.example`],
])('fault 13: an email %s is one account, however it is typed', async (_, write) => {
	const name = unique();
	const typed = write(name);
	const email = typed.trim().toLowerCase().replace('bücher', 'xn--bcher-kva');
	const person = { ...newPerson(), email: typed };
	const visitor = stage.visitor();
	await signUp(visitor, person);
	await signUp(stage.visitor(), { ...person, email });
	await press(visitor, await stage.linkFor(email));
	const elsewhere = stage.visitor();
	expect((await elsewhere.follow(await logIn(elsewhere, person))).path).toBe('/home');
	await expectWhole(stage, { ...person, email });
	expect(await accountOf(stage, `${name}@example.com`)).toBe(
		email === `${name}@example.com` ? await accountOf(stage, email) : null,
	);
});

it('fault 14: a second sign-up with another password changes nothing, and the page does not claim it', async () => {
	const person = newPerson();
	const visitor = stage.visitor();
	const first = await visitor.follow(await signUp(visitor, person));
	const second = { ...person, name: 'Eve', password: 'another password' };
	const page = await visitor.follow(await signUp(visitor, second));
	const clean = (text: string) => text.replaceAll(/\d+ seconds?/g, 'a while');
	expect(clean(textOf(page))).toBe(clean(textOf(first)));
	await press(visitor, await stage.linkFor(person.email));
	const refused = await logIn(stage.visitor(), second);
	expect(refused.status).toBe(400);
	expectSays(refused, 'Email or password is not right.');
	await expectWhole(stage, person);
});

describe('fault 27: whatever stands in a form', () => {
	it.each([
		['a NUL byte', 'Ada\0'],
		['half a character', '%ED%A0%80'],
		['a megabyte', 'x'.repeat(400_000)],
		['only spaces', ' \u3000\u00a0'],
		['text that turns around', 'Ada \u202e evil'],
	])('is refused beside the field when it cannot be a name: %s', async (_, name) => {
		const person = newPerson();
		const body = `name=${name.startsWith('%') ? name : encodeURIComponent(name)}&email=${encodeURIComponent(person.email)}&password=${encodeURIComponent(person.password)}`;
		const response = await fetch(`${stage.url}/sign-up`, {
			method: 'POST',
			redirect: 'manual',
			headers: {
				accept: 'text/html',
				origin: stage.url,
				'content-type': 'application/x-www-form-urlencoded',
				'x-forwarded-for': stage.visitor().address,
			},
			body,
		});
		// What is no UTF-8 arrives as the sign for that, and is a name like any other.
		expect(response.status).toBe(name.startsWith('%') ? 303 : 400);
		if (response.status === 400) expect(await accountOf(stage, person.email)).toBeNull();
	});

	it.each([
		['right to left', 'שרה בת־אברהם'],
		['emoji', '👩‍🚀 Ada 🏳️‍🌈'],
		['markup', '<script>alert(1)</script>'],
		['quotes', `"';--`],
	])('is stored and shown escaped when it can be one: %s', async (_, name) => {
		const person = { ...newPerson(), name };
		const visitor = stage.visitor();
		await signUp(visitor, person);
		await press(visitor, await stage.linkFor(person.email));
		const page = await home(visitor);
		expect(page.html).not.toContain('<script>alert');
		expect(page.html).toContain(name.replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
		const [row] = await stage.sql('select name from public.users where email = $1', [person.email]);
		expect(row).toEqual({ name });
	});

	it.each([
		['an array', '["Ada"]'],
		['a number', '7'],
		['an object', '{"a":{"b":[]}}'],
		['nothing', 'null'],
		['a NUL byte', '"A\\u0000da"'],
		['half a character', '"A\\ud800da"'],
		['text that turns around', '"\\u202eevil"'],
	])('strands nobody when it stands in the metadata: %s', async (_, name) => {
		const { email, password } = newPerson();
		const body = `{"email":"${email}","password":"${password}","data":{"name":${name}}}`;
		const answer = await askAuthServer(stage, 'signup', body);
		if (!answer.ok) {
			// Refused by the auth server: then there is nothing of it, and the form works.
			expect(await accountOf(stage, email)).toBeNull();
			await signUp(stage.visitor(), { name: 'Ada', email, password });
		}
		await press(stage.visitor(), await stage.linkFor(email));
		const [row] = await stage.sql<{ name: string }>(
			'select name from public.users where email = $1',
			[email],
		);
		expect(row?.name).toMatch(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]{1,80}$/u);
		await expectWhole(stage, { name: row?.name ?? '', email, password });
	});
});

it('fault 27: a megabyte of metadata makes an account and a profile like any other', async () => {
	const { email, password } = newPerson();
	const data = { name: 'x'.repeat(1_000_000) };
	const body = JSON.stringify({ email, password, data });
	expect((await askAuthServer(stage, 'signup', body)).status).toBe(200);
	const [row] = await stage.sql('select name, role, source from public.users where email = $1', [
		email,
	]);
	expect(row).toEqual({ name: 'x'.repeat(80), role: 'user', source: 'trigger' });
});

it('fault 28: a role, an id or a confirmed email in the form or the metadata is ignored', async () => {
	const forged = {
		role: 'admin',
		id: '00000000-0000-0000-0000-000000000000',
		source: 'repair',
		email_verified: 'true',
		is_admin: 'true',
	};
	const byForm = newPerson();
	await stage.visitor().submit('/sign-up', { ...forged, ...byForm });
	const direct = newPerson();
	const { name, email, password } = direct;
	const data = { ...forged, name, email_verified: true, app_metadata: { role: 'admin' } };
	const answer = await askAuthServer(
		stage,
		'signup',
		JSON.stringify({ email, password, data, app_metadata: { role: 'admin' }, role: 'admin' }),
	);
	expect(answer.status).toBe(200);
	for (const person of [byForm, direct]) {
		expect(await accountOf(stage, person.email)).not.toBe(forged.id);
		const [account] = await stage.sql(
			`select role, email_confirmed_at, raw_app_meta_data ->> 'role' as app_role
			from auth.users where email = $1`,
			[person.email],
		);
		expect(account).toEqual({ role: 'authenticated', email_confirmed_at: null, app_role: null });
		const unconfirmed = stage.visitor();
		expect((await logIn(unconfirmed, person)).location).toBe('/check-email');
		await press(stage.visitor(), await stage.linkFor(person.email));
		expect((await expectWhole(stage, person)).source).toBe('trigger');
	}
});
