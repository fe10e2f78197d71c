/** What happens when the same person does the same thing several times at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPerson } from '../support/people.ts';
import type { Fate } from '../support/proxy.ts';
import { startPostgres } from '../support/postgres.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { noTrigger, withFault, withNetwork } from './fault.ts';
import { accountOf, confirm, home, press, signUp } from './journey.ts';
import { expectWhole, textOf } from './outcome.ts';

const server = await startPostgres();
afterAll(() => server?.stop());

const times = <T>(count: number, act: () => Promise<T>) =>
	Promise.all(Array.from({ length: count }, act));

describe('on PGlite', () => tests());
describe.skipIf(!server)('on PostgreSQL', () => tests(server?.url));

function tests(databaseUrl?: string) {
	let stage: Stage;
	beforeAll(async () => {
		stage = await startStage(databaseUrl);
	});
	afterAll(() => stage.stop());

	it('fault 5: the profile is there already when the insert arrives: success', async () => {
		const person = newPerson();
		const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
		const id = await accountOf(stage, person.email);
		await withNetwork(
			stage,
			async ({ method, path }): Promise<Fate> => {
				if (method === 'POST' && path.startsWith('/rest/v1/users'))
					await stage.sql(`insert into public.users (id, source) values ($1, 'repair')`, [id]);
				return 'pass';
			},
			async () => expect((await home(visitor)).path).toBe('/home'),
		);
		expect((await expectWhole(stage, person)).source).toBe('repair');
	});

	it('fault 12: the form is sent several times at once, and all tabs end on the same page', async () => {
		const person = newPerson();
		const visitor = stage.visitor();
		const tabs = await times(4, () => signUp(visitor, person));
		expect(tabs.map(({ status, location }) => ({ status, location }))).toEqual(
			Array(4).fill({ status: 303, location: '/check-email' }),
		);
		const link = await stage.linkFor(person.email);
		const pressed = await times(3, () => press(visitor, link));
		for (const page of pressed) expect((await visitor.follow(page)).path).toBe('/home');
		expect((await expectWhole(stage, person)).source).toBe('trigger');
	});

	it('fault 15: fifty fallbacks at once make one profile, and all succeed', async () => {
		const person = newPerson();
		const visitor = await withFault(stage, noTrigger, () => confirm(stage, person));
		const pages = await times(50, () => visitor.get('/home'));
		expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
		for (const page of pages) expect(textOf(page)).toContain(`Welcome, ${person.name}`);
		expect((await expectWhole(stage, person)).source).toBe('fallback');
	});
}
