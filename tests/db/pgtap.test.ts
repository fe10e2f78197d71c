import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { migrate, type Engine } from '../support/database.ts';
import { startEngines } from '../support/engines.ts';
import { runTap, type Assertion } from '../support/tap.ts';

const folder = 'supabase/tests';
const helpers = '000_helpers.sql';
const files = readdirSync(folder).filter((file) => file.endsWith('.sql') && file !== helpers);

for (const engine of await startEngines('pgTAP')) await describeOn(engine);

/** The assertions are known only once a file has run, so the files run before the tests are named. */
async function describeOn(engine: Engine): Promise<void> {
	const database = await engine.open();
	try {
		await migrate(database);
		await database.run(read(helpers));

		for (const file of files) {
			const outcome = await runTap(database, read(file));
			describe(`${file} on ${engine.name}`, () => declare(outcome));
		}
	} finally {
		await database.close();
	}
}

function declare(outcome: Assertion[] | Error): void {
	if (outcome instanceof Error || outcome.length === 0) {
		test('runs to its end', () => {
			throw outcome instanceof Error ? outcome : new Error('The file asserts nothing.');
		});
		return;
	}
	for (const { passed, description, diagnostics } of outcome) {
		test(description, () => {
			expect(passed, diagnostics.join('\n')).toBe(true);
		});
	}
}

function read(file: string): string {
	return readFileSync(`${folder}/${file}`, 'utf8');
}
