import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import {
	migrate,
	startHostedShape,
	startPglite,
	type Engine,
	type Row,
} from '../support/database.ts';

const folder = 'supabase/tests';
const helpers = '000_helpers.sql';
const files = readdirSync(folder).filter((file) => file.endsWith('.sql') && file !== helpers);

type Assertion = { passed: boolean; description: string; diagnostics: string[] };

const embedded = startPglite();
const hosted = await startHostedShape();
afterAll(() => Promise.all([embedded.stop(), hosted?.stop()]));

await describeOn(embedded);
if (hosted) await describeOn(hosted);
else describe.skip('pgTAP on PostgreSQL: there is none on this machine', () => undefined);

/** The assertions are known only once a file has run, so the files run before the tests are named. */
async function describeOn(engine: Engine): Promise<void> {
	const database = await engine.open();
	try {
		if (!database.hasPgtap) {
			describe.skip(`pgTAP on ${engine.name}: the extension is not installed there`, () =>
				undefined);
			return;
		}
		await migrate(database);
		await database.run(read(helpers));

		for (const file of files) {
			const outcome = await database.run(read(file)).then(readTap, (error: unknown) => error);
			await database.run('rollback');
			describe(`${file} on ${engine.name}`, () => declare(outcome));
		}
	} finally {
		await database.close();
	}
}

function declare(outcome: unknown): void {
	if (!Array.isArray(outcome) || outcome.length === 0) {
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

/** Every result of the script that speaks TAP: `ok 1 - what`, `not ok 2 - what`, and `# why` after it. */
function readTap(results: Row[][]): Assertion[] {
	const lines = results
		.flat()
		.flatMap((row) => Object.values(row))
		.filter((value) => typeof value === 'string')
		.flatMap((value) => value.split('\n'));

	const assertions: Assertion[] = [];
	for (const line of lines) {
		const [, not, description] = /^(not )?ok \d+ - (.*)$/.exec(line) ?? [];
		if (description !== undefined) assertions.push({ passed: !not, description, diagnostics: [] });
		else if (line.startsWith('#')) assertions.at(-1)?.diagnostics.push(line);
	}
	return assertions;
}

function read(file: string): string {
	return readFileSync(`${folder}/${file}`, 'utf8');
}
