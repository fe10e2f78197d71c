/** The database goes away in the middle, and comes back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import type { Fate } from '../support/proxy.ts';
import { startPostgres } from '../support/postgres.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { noTrigger, withFault, withNetwork } from './fault.ts';
import { confirm, home, signUp } from './journey.ts';
import { expectSays, expectWhole } from './outcome.ts';

let stage: Stage;
afterAll(() => stage.stop());

const isInsert = ({ method, path }: { method: string; path: string }) =>
	method === 'POST' && path.startsWith('/rest/v1/users');

describe('fault 21, on PGlite: the whole backend restarts', () => {
	beforeAll(async () => {
		stage = await startStage();
	});

	it('before the profile is inserted: it is made in the same request, or at the next', async () => {
		const person = newPerson();
		const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
		let restarted: Promise<void> | undefined;
		const page = await withNetwork(
			stage,
			(request) => {
				if (isInsert(request)) restarted ??= stage.restart();
				return 'pass';
			},
			() => visitor.get('/home'),
		);
		if (page.status !== 200) expect(page.location).toBe('/almost-there?next=%2Fhome');
		await restarted;
		expect((await home(visitor)).path).toBe('/home');
		expect((await expectWhole(stage, person)).source).toBe('fallback');
	});

	it('while somebody browses and somebody signs up: both can go on', async () => {
		const known = newPerson();
		const visitor = await confirm(stage, known);
		const newcomer = stage.visitor();
		const person = newPerson();
		const restarted = stage.restart();
		const [page, asked] = await Promise.all([visitor.get('/home'), signUp(newcomer, person)]);
		if (page.status !== 200) {
			expect(page.status).toBe(503);
			expectSays(page, 'Please try again in a moment.');
		}
		if (asked.status !== 303) {
			expect(asked.status).toBe(503);
			expectSays(asked, 'sign up again. That is safe.');
		}
		await restarted;
		expect((await home(visitor)).path).toBe('/home');
		await confirm(stage, person, newcomer);
		expect((await home(newcomer)).path).toBe('/home');
		await expectWhole(stage, known);
		await expectWhole(stage, person);
	});
});

const server = await startPostgres();
afterAll(() => server?.stop());

describe.skipIf(!server)('fault 21, on PostgreSQL: the server crashes and recovers', () => {
	beforeAll(async () => {
		await stage.stop();
		stage = await startStage(server?.url);
	});

	it('before the profile is inserted: it is made in the same request', async () => {
		const person = newPerson();
		const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
		let crashed: Promise<void> | undefined;
		const page = await withNetwork(
			stage,
			async (request): Promise<Fate> => {
				if (isInsert(request)) await (crashed ??= server?.crash());
				return 'pass';
			},
			() => home(visitor),
		);
		expect(crashed).toBeDefined();
		expect(page.path).toBe('/home');
		expect((await expectWhole(stage, person)).source).toBe('fallback');
	});
});
