/** Runs a file of tests that are written in SQL, with pgTAP, and reads what it says. */
import type { Row, TestDatabase } from './database.ts';

export type Assertion = { passed: boolean; description: string; diagnostics: string[] };

/** The assertions of a script, or the error that ended it. */
export async function runTap(database: TestDatabase, script: string): Promise<Assertion[] | Error> {
	try {
		return readTap(await database.run(script));
	} catch (error) {
		if (error instanceof Error) return error;
		throw error;
	} finally {
		await database.run('rollback');
	}
}

/** What is wrong in a script: its failed assertions, or that it did not come to its end. */
export async function listFailures(database: TestDatabase, script: string): Promise<string[]> {
	const outcome = await runTap(database, script);
	if (outcome instanceof Error) return [outcome.message];
	if (outcome.length === 0) return ['It asserts nothing.'];
	return outcome.filter(({ passed }) => !passed).map(({ description }) => description);
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
