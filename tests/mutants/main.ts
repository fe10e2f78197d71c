/**
 * Makes every mutant of the schema and lists those that no test notices:
 *   npm run test:mutants                         all of them
 *   npm run test:mutants -- "policy .* on users" those whose kind or object has it, with what noticed each
 */
import { startHostedShape, startPglite } from '../support/database.ts';
import { reasonFor } from './equivalent.ts';
import { openJudge } from './judge.ts';
import type { Mutant } from './mutants.ts';

const [pattern = ''] = process.argv.slice(2);
const engine = (await startHostedShape()) ?? startPglite();
const judge = await openJudge(engine);
const mutants = judge.mutants.filter(({ kind, object }) =>
	new RegExp(pattern).test(`${kind}: ${object}`),
);
console.log(`${mutants.length} mutants on ${engine.name}.`);

type Counts = { made: number; killed: number; equivalent: number; surviving: number };
const table: Record<string, Counts> = {};
const survivors: Mutant[] = [];
const stale: string[] = [];
const progress = setInterval(() => {
	const made = Object.values(table).reduce((sum, each) => sum + each.made, 0);
	console.log(`  ${made} of ${mutants.length}, ${survivors.length} surviving`);
}, 15_000);

for (const mutant of mutants) {
	const counts = (table[mutant.kind] ??= { made: 0, killed: 0, equivalent: 0, surviving: 0 });
	counts.made += 1;
	const name = `${mutant.kind}: ${mutant.object}`;
	const seen = mutant.equivalent ? null : await judge.judge(mutant);
	const reason = reasonFor(mutant);
	if (pattern) console.log(`${name}\n    ${seen ?? reason ?? 'NOBODY NOTICES'}`);
	if (seen) {
		counts.killed += 1;
		if (reason) stale.push(`${name}: ${seen}`);
	} else if (reason) counts.equivalent += 1;
	else {
		counts.surviving += 1;
		survivors.push(mutant);
		console.log(`survives: ${name}`);
	}
}
clearInterval(progress);
await judge.close();
await engine.stop();

const sum = (counts: Counts[]): Counts => ({
	made: counts.reduce((total, each) => total + each.made, 0),
	killed: counts.reduce((total, each) => total + each.killed, 0),
	equivalent: counts.reduce((total, each) => total + each.equivalent, 0),
	surviving: counts.reduce((total, each) => total + each.surviving, 0),
});
console.table({ ...table, 'all of them': sum(Object.values(table)) });
for (const { kind, object, sql } of survivors)
	console.log(`survives: ${kind}: ${object}\n${sql}\n`);
for (const name of stale) console.log(`listed as equivalent, but noticed: ${name}`);
process.exitCode = survivors.length + stale.length > 0 ? 1 : 0;
