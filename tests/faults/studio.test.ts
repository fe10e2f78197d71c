/** The studio where no worker runs: what may be asked for, and what becomes of a link. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import type { Visitor } from '../support/visitor.ts';
import { accountOf, confirm, logIn } from './journey.ts';
import { expectSays } from './outcome.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const ask = (visitor: Visitor, fields: Record<string, string> = {}) =>
	visitor.submit('/studio', { subject: 'profile', ...fields });

const cardsOf = (email: string) =>
	stage.sql<{ id: string }>(
		'select job.id from public.studio_jobs as job join auth.users as account on account.id = job.user_id where account.email = $1',
		[email],
	);

/** As the worker leaves it, with whatever drawing. */
const draw = (id: string, svg: string) =>
	stage.sql(
		`update public.studio_jobs set state = 'done', svg = $2, png = 'cG5n', png_complete = true where id = $1`,
		[id, svg],
	);

it('five cards wait at most, and the sixth is refused until one is cancelled', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const places = [];
	for (let n = 0; n < 5; n += 1) places.push((await ask(visitor)).location);
	expect(new Set(places).size).toBe(5);
	const refused = await ask(visitor);
	expect(refused.status).toBe(409);
	expectSays(refused, 'Five of your cards are being made already.');
	expect(await cardsOf(person.email)).toHaveLength(5);

	expect((await visitor.submit(`${places[0]}?/cancel`, {})).status).toBe(303);
	expectSays(await visitor.get(`${places[0]}`), 'This card was cancelled');
	expect((await ask(visitor)).status).toBe(303);
});

it("an ask in somebody else's name is refused and logged, and makes nothing", async () => {
	const [attacker, victim] = [newPerson('Mallory'), newPerson()];
	const visitor = await confirm(stage, attacker);
	await confirm(stage, victim);
	const id = (await accountOf(stage, victim.email)) ?? '';
	const page = await ask(visitor, { user_id: id });
	expect(page.status).toBe(403);
	expectSays(page, 'You can have cards made for yourself only.');
	expect(await cardsOf(victim.email)).toEqual([]);
	expect(await cardsOf(attacker.email)).toEqual([]);
	const line = stage.log().find((each) => each.includes('studio.forged')) ?? '';
	expect(line).toContain((await accountOf(stage, attacker.email)) ?? 'nobody');
});

it('an ask in the own name is as good as one without', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const id = (await accountOf(stage, person.email)) ?? '';
	expect((await ask(visitor, { user_id: id })).status).toBe(303);
	expect(await cardsOf(person.email)).toHaveLength(1);
});

it.each([
	'',
	'training/1',
	'training/00000000-0000-4000-8000-000000000000',
	'users',
	'profile/x/y',
])('there is no card of "%s", or it is of the profile of who asks', async (subject) => {
	const person = newPerson();
	const page = await ask(await confirm(stage, person), { subject });
	const cards = await cardsOf(person.email);
	if (subject.startsWith('profile')) return expect(cards).toHaveLength(1);
	expect([400, 404]).toContain(page.status);
	expect(cards).toEqual([]);
});

it('a session that has ended asks for nothing, whatever its token still says', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	await stage.sql(`delete from auth.sessions where user_id = $1`, [
		await accountOf(stage, person.email),
	]);
	expect((await ask(visitor)).location).toMatch(/^\/log-in/);
	expect(await cardsOf(person.email)).toEqual([]);
});

it('without the secret key the page says that the studio is not set up, and to an admin how', async () => {
	const person = newPerson();
	await confirm(stage, person);
	const door = await stage.openDoor({ SUPABASE_SECRET_KEY: '' });
	try {
		const visitor = door.visitor();
		await logIn(visitor, person);
		expectSays(await visitor.get('/studio'), 'Whoever runs this site can change that.');
		const page = await ask(visitor);
		expect(page.status).toBe(503);
		expectSays(page, 'not set up');
		await stage.sql(`update public.users set role = 'admin' where email = $1`, [person.email]);
		expectSays(await visitor.get('/studio'), 'SUPABASE_SECRET_KEY');
	} finally {
		await door.stop();
	}
});

it('what is behind a link can do nothing, and is gone as soon as the link is off', async () => {
	const person = newPerson();
	const visitor = await confirm(stage, person);
	const place = (await ask(visitor)).location ?? '';
	const id = place.replace('/studio/', '');
	expect((await visitor.submit(`${place}?/share`, {})).status).toBe(409);
	await draw(id, '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
	expect((await visitor.submit(`${place}?/share`, {})).status).toBe(303);
	const link = /\/cards\/[\da-f]{32}/.exec((await visitor.get(place)).html)?.[0] ?? '';

	const stranger = stage.visitor();
	const svg = await stranger.get(`${link}.svg`);
	expect(svg.status).toBe(200);
	expect(svg.headers.get('content-security-policy')).toBe(
		"default-src 'none'; frame-ancestors 'none'; sandbox",
	);
	expect(svg.headers.get('x-content-type-options')).toBe('nosniff');
	expect(svg.headers.get('cache-control')).toContain('no-store');
	expect((await stranger.get(`${link}.png`)).headers.get('content-type')).toBe('image/png');
	expect((await stranger.get(`${place}/card.svg`)).location).toMatch(/^\/log-in/);

	const other = await confirm(stage, newPerson());
	for (const path of [place, `${place}/card.svg`, `${place}/card.png`]) {
		expect((await other.get(path)).status, path).toBe(404);
	}
	for (const act of ['share', 'unshare', 'cancel', 'delete']) {
		expect((await other.submit(`${place}?/${act}`, {})).status, act).toBe(404);
	}

	expect((await visitor.submit(`${place}?/unshare`, {})).status).toBe(303);
	for (const path of [link, `${link}.svg`, `${link}.png`]) {
		expect((await stranger.get(path)).status, path).toBe(404);
	}
});
