import { afterAll, describe } from 'vitest';
import { startHostedShape, startPglite, type Engine } from './database.ts';

/**
 * PGlite, and PostgreSQL in the shape of a hosted project, for the tests of one file, after which they stop. Where the
 * machine has no PostgreSQL, the tests that are missing are skipped by name.
 */
export async function startEngines(tests: string): Promise<[Engine, ...Engine[]]> {
	const embedded = startPglite();
	const hosted = await startHostedShape();
	afterAll(() => Promise.all([embedded.stop(), hosted?.stop()]));
	if (hosted) return [embedded, hosted];
	describe.skip(`${tests} on PostgreSQL: there is none on this machine`, () => undefined);
	return [embedded];
}
