import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { noTrigger, withFault } from './fault.ts';
import { accountOf, home, logIn, press, signUp } from './journey.ts';
import { expectSays, expectWhole, listenTo } from './outcome.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

it('fault 7: confirmed in another browser or device, the profile is made there, and the first can log in', async () => {
	const person = newPerson();
	const first = stage.visitor();
	const second = stage.visitor();
	const heard = listenTo(stage);
	await withFault(stage, noTrigger, () => signUp(first, person));
	const page = await second.follow(await press(second, await stage.linkFor(person.email)));
	expect(page.path).toBe('/home');
	expectSays(page, `Welcome, ${person.name}`);
	await heard({ event: 'profile.made_by_fallback', user: await accountOf(stage, person.email) });

	expect((await home(first)).path).toMatch(/^\/log-in\?/);
	expect((await first.follow(await logIn(first, person))).path).toBe('/home');
	expect((await home(second)).path).toBe('/home');
	expect((await expectWhole(stage, person)).source).toBe('fallback');
});

it('fault 8: a mail scanner opens the link as often as it likes, and the click still works', async () => {
	const person = newPerson();
	const visitor = stage.visitor();
	await signUp(visitor, person);
	const link = await stage.linkFor(person.email);
	const calls = stage.proxy.seen.length;
	for (let time = 0; time < 3; time += 1) {
		const scanner = stage.visitor();
		expectSays(await scanner.get(link), 'Confirm my email');
		expect([...scanner.cookies]).toEqual([]);
		const head = await fetch(new URL(link, stage.url), { method: 'HEAD' });
		expect(head.status).toBe(200);
	}
	expect(stage.proxy.seen.slice(calls)).toEqual([]);
	expect((await press(visitor, link)).location).toBe('/home');
	await expectWhole(stage, person);
});

it('fault 9: a link that was used says so, and offers to log in or to send another', async () => {
	const person = newPerson();
	const visitor = stage.visitor();
	await signUp(visitor, person);
	const link = await stage.linkFor(person.email);
	await press(visitor, link);
	const again = stage.visitor();
	const page = await again.follow(await press(again, link));
	expectSays(page, 'This link no longer works');
	expect(page.html).toMatch(/href="[./]*\/log-in\?/);
	expect(page.html).toMatch(/href="[./]*\/forgot-password"/);
	// Where they are signed in already, there is nothing to say.
	expect((await visitor.follow(await press(visitor, link))).path).toBe('/home');
	await expectWhole(stage, person);
});

it('fault 9: a link that has run out says so, and the new one that is offered works', async () => {
	const person = newPerson();
	const visitor = stage.visitor();
	await signUp(visitor, person);
	const link = await stage.linkFor(person.email);
	await stage.sql(
		`update auth.users set confirmation_sent_at = confirmation_sent_at - interval '2 hours' where email = $1`,
		[person.email],
	);
	const old = await visitor.follow(await press(visitor, link));
	expectSays(old, 'it is older than an hour');
	expect(await accountOf(stage, person.email)).not.toBeNull();

	const waiting = await visitor.follow(await logIn(visitor, person));
	expect(waiting.path).toBe('/check-email');
	expectSays(waiting, 'Your email has to be confirmed first.');
	const sent = await visitor.follow(await visitor.submit('/check-email?/resend', {}));
	expectSays(sent, 'The newest mail is the one that counts.');
	const page = await visitor.follow(await press(visitor, await stage.linkFor(person.email)));
	expect(page.path).toBe('/home');
	await expectWhole(stage, person, { mails: 2 });
});
