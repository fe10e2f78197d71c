import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import { runStorm } from '../support/storm.ts';
import { chooseSeed, describeFigures, listFlaws } from '../support/storm-figures.ts';

/** On a quiet machine it takes less than one. */
const minutes = 10;
const limit = (minutes + 1) * 60_000;
const postgres = await startPostgres();
afterAll(() => postgres?.stop());

describe('200 people sign up while faults come and go, and nobody is stranded', () => {
	it('on PGlite', { timeout: limit }, async () => {
		const figures = await runStorm({ signUps: 200, seed: chooseSeed(), minutes });
		console.log(describeFigures(figures));
		expect(listFlaws(figures)).toEqual([]);
	});

	it.skipIf(!postgres)('on PostgreSQL', { timeout: limit }, async () => {
		const databaseUrl = postgres?.url;
		const figures = await runStorm({ signUps: 200, seed: chooseSeed(), databaseUrl, minutes });
		console.log(describeFigures(figures));
		expect(listFlaws(figures)).toEqual([]);
	});
});
