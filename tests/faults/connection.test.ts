import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import type { Fate } from '../support/proxy.ts';
import { startStage, type Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';
import { noTrigger, withFault, withNetwork } from './fault.ts';
import { accountOf, confirm, home, logIn, press, signUp } from './journey.ts';
import { expectSays, expectWhole, listenTo } from './outcome.ts';
import { changeSession, claimsOf, jwtSecret, now, readSession, sign } from './token.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

/** The hour of the access token is over. */
function expire(visitor: Visitor): void {
	const claims = claimsOf(readSession(visitor).access_token);
	const exp = now() - 60;
	changeSession(visitor, {
		access_token: sign({ ...claims, exp }, jwtSecret(stage)),
		expires_at: exp,
	});
}

/** This becomes of the calls to one place, all others pass. */
const at = (place: string, fate: Fate) => (request: { path: string }) =>
	request.path.startsWith(place) ? fate : 'pass';

const broken = [
	{ name: 'fault 11: the connection drops after the account was made', fate: 'cut-answer' },
	{
		name: 'fault 22: the account was made, but the answer was 504',
		fate: 'timeout',
		upstream: 504,
	},
] as const;

it.each(broken)('$name: the page says so, and the same form again converges', async (fault) => {
	const person = newPerson();
	const visitor = stage.visitor();
	const heard = listenTo(stage);
	const lost = await withNetwork(stage, at('/auth/v1/signup', fault.fate), () =>
		signUp(visitor, person),
	);
	expect(lost.status).toBe(503);
	expectSays(lost, 'Check your email or log in; if neither helps, sign up again. That is safe.');
	await heard({ event: 'form.refused', code: 'sign_up_unknown', status: 503 });
	if ('upstream' in fault) await heard({ code: 'sign_up_unknown', upstream: fault.upstream });
	expect(await accountOf(stage, person.email)).not.toBeNull();

	expect((await signUp(visitor, person)).location).toBe('/check-email');
	await press(visitor, await stage.linkFor(person.email));
	expect((await home(visitor)).path).toBe('/home');
	await expectWhole(stage, person);
});

it.each(broken)(
	'$name, when the button in the mail is pressed: logging in helps',
	async (fault) => {
		const person = newPerson();
		const visitor = stage.visitor();
		await signUp(visitor, person);
		const link = await stage.linkFor(person.email);
		const lost = await withNetwork(stage, at('/auth/v1/verify', fault.fate), () =>
			press(visitor, link),
		);
		expect(lost.status).toBe(503);
		expectSays(lost, 'Please try again in a moment.');
		const again = await visitor.follow(await press(visitor, link));
		expectSays(again, 'that may be done already: try to log in');
		expect((await visitor.follow(await logIn(visitor, person))).path).toBe('/home');
		await expectWhole(stage, person);
	},
);

it.each(broken)('$name, when the fallback inserts the profile: it is found', async ({ fate }) => {
	const person = newPerson();
	const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
	let inserts = 0;
	const page = await withNetwork(
		stage,
		({ method, path }) => {
			if (method !== 'POST' || !path.startsWith('/rest/v1/users')) return 'pass';
			inserts += 1;
			return inserts <= 2 ? fate : 'pass';
		},
		() => home(visitor),
	);
	expect(page.path).toBe('/home');
	expect(inserts).toBe(3);
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

it('fault 19: limited by the auth server, the form says how long to wait and keeps what was typed', async () => {
	const person = newPerson();
	await confirm(stage, person);
	const nobody = newPerson();
	const answers = await withNetwork(stage, at('/auth/v1/', 'limit'), () =>
		Promise.all(
			[person, nobody].map(async (each) => ({
				each,
				pages: [
					await signUp(stage.visitor(), each),
					await logIn(stage.visitor(), each),
					await stage.visitor().submit('/forgot-password', { email: each.email }),
				],
			})),
		),
	);
	for (const { each, pages } of answers) {
		for (const page of pages) {
			expect(page.status).toBe(429);
			expectSays(page, 'Please wait a minute and try again.');
			expect(page.html).toContain(`value="${each.email}"`);
			expect(page.html).not.toContain(each.password);
		}
	}
	// To refuse a new session for a while is not to end the old one.
	const expired = stage.visitor();
	await logIn(expired, person);
	expire(expired);
	const cookies = new Map(expired.cookies);
	const page = await withNetwork(stage, at('/auth/v1/', 'limit'), () => expired.get('/home'));
	expect(page.status).toBe(503);
	expect(expired.cookies).toEqual(cookies);
	expect((await home(expired)).path).toBe('/home');

	await signUp(stage.visitor(), nobody);
	await press(stage.visitor(), await stage.linkFor(nobody.email));
	await expectWhole(stage, nobody);
	await expectWhole(stage, person);
});

it('fault 20: the mail cannot be sent, so there is no half account, and trying again works', async () => {
	const person = newPerson();
	const known = newPerson();
	await confirm(stage, known);
	const visitor = stage.visitor();
	const heard = listenTo(stage);
	const box = join(stage.data, 'inbox.jsonl');
	renameSync(box, `${box}.kept`);
	mkdirSync(box);
	try {
		const refused = await signUp(visitor, person);
		expect(refused.status).toBe(503);
		expectSays(refused, 'sign up again. That is safe.');
		await heard({ event: 'form.refused', code: 'sign_up_unknown', upstream: 500 });
		expect(await accountOf(stage, person.email)).toBeNull();
		// A password that cannot be reset tells nobody which emails have an account.
		for (const { email } of [known, newPerson()]) {
			const asked = await stage.visitor().submit('/forgot-password', { email });
			expect(asked).toMatchObject({ status: 303, location: '/check-email' });
		}
		await heard({ event: 'mail.failed', kind: 'recovery' });
	} finally {
		rmSync(box, { recursive: true });
		renameSync(`${box}.kept`, box);
	}
	expect((await signUp(visitor, person)).location).toBe('/check-email');
	await press(visitor, await stage.linkFor(person.email));
	await expectWhole(stage, person);
	await expectWhole(stage, known);
});

it('fault 30: nobody answers while somebody browses: an error page, not the view of a guest, and no sign-out', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	await home(visitor);
	const expired = stage.visitor();
	await logIn(expired, person);
	expire(expired);
	const heard = listenTo(stage);
	await withNetwork(
		stage,
		() => 'cut',
		async () => {
			for (const browser of [visitor, expired]) {
				const cookies = new Map(browser.cookies);
				for (const path of ['/home', '/', '/log-in']) {
					const page = await browser.get(path);
					expect(page.status, path).toBe(503);
					expectSays(page, 'Please try again in a moment.');
					expect(page.html).not.toContain('Sign up');
				}
				expect(browser.cookies).toEqual(cookies);
			}
		},
	);
	await heard({ event: 'session.unknown', status: 503, level: 50 });
	for (const browser of [visitor, expired]) expect((await home(browser)).path).toBe('/home');
	await expectWhole(stage, person);
});
