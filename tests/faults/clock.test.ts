import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { noTrigger, withFault } from './fault.ts';
import { confirm, home, logIn, press, signUp } from './journey.ts';
import { expectSays, expectWhole, listenTo } from './outcome.ts';
import { changeSession, claimsOf, jwtSecret, now, readSession, sign } from './token.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const offsets = [-300, -30, 30, 300];
const clock = fileURLToPath(new URL('../support/shifted-clock.ts', import.meta.url));

it.each(offsets)(
	'fault 18: the clock of the app is off by %i s: the journey is as ever',
	async (offset) => {
		const door = await stage.openDoor({
			CLOCK_OFFSET: String(offset),
			NODE_OPTIONS: `--import=${clock} --disable-warning=ExperimentalWarning`,
		});
		try {
			const person = newPerson();
			const visitor = door.visitor();
			await withFault(stage, noTrigger, async () => {
				await signUp(visitor, person);
				const page = await visitor.follow(await press(visitor, await stage.linkFor(person.email)));
				expect(page.path).toBe('/home');
				expectSays(page, `Welcome, ${person.name}`);
			});
			expect((await home(visitor)).path).toBe('/home');
			expect((await expectWhole(stage, person)).source).toBe('fallback');
		} finally {
			await door.stop();
		}
	},
);

describe('fault 18: the clock of the database is off', () => {
	/** What a token of now looks like to a database whose clock is `ahead` seconds ahead, or behind. */
	const asSeen = (token: string, ahead: number, left: number) => {
		const claims = claimsOf(token);
		return sign({ ...claims, iat: now() - ahead, exp: now() - ahead + left }, jwtSecret(stage));
	};

	it.each(offsets)('by %i s: a token that it refuses is refreshed once', async (ahead) => {
		const person = newPerson();
		const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
		const { access_token: token } = readSession(visitor);
		// Good for ten more seconds by our clock, of which the app does not know.
		changeSession(visitor, { access_token: asSeen(token, ahead, 10) });
		const calls = stage.proxy.seen.length;
		expect((await home(visitor)).path).toBe('/home');
		expect(stage.proxy.seen.slice(calls).filter((call) => call.includes('token'))).toHaveLength(1);
		expect((await expectWhole(stage, person)).source).toBe('fallback');
	});

	it.each(offsets)(
		'by %i s, and the session cannot be refreshed: one clean log-in',
		async (ahead) => {
			const person = newPerson();
			const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
			const { access_token: token } = readSession(visitor);
			changeSession(visitor, {
				access_token: asSeen(token, ahead, 10),
				refresh_token: 'made-up-12345',
			});
			const heard = listenTo(stage);
			const page = await home(visitor);
			expect(page.path).toBe('/log-in?next=%2Fhome');
			await heard({ event: 'session.refused', reason: 'PGRST303' });
			expect((await visitor.follow(await logIn(visitor, person))).path).toBe('/home');
			expect((await expectWhole(stage, person)).source).toBe('fallback');
		},
	);
});
