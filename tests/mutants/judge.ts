/** Tries mutants, each in transactions that are rolled back, and says which test notices. */
import { readdirSync, readFileSync } from 'node:fs';
import { grantsQuery } from '../access/grants.ts';
import { walk } from '../access/walk.ts';
import { migrate, type Engine, type TestDatabase } from '../support/database.ts';
import { listFailures } from '../support/tap.ts';
import { listMutants, type Mutant } from './mutants.ts';

export type Judge = {
	mutants: Mutant[];
	/** What notices it, or null when nothing does. */
	judge(mutant: Mutant): Promise<string | null>;
	close(): Promise<void>;
};

const folder = 'supabase/tests';
/** What is rolled back still lies in the tables, and each scan is slower than the last: then a new database is quicker. */
const testsKept = 100;

/** Two databases with the same schema: in one live the people of the matrix, the other is empty for the tests in SQL. */
export async function openJudge(engine: Engine): Promise<Judge> {
	const matrix = await engine.open();
	await migrate(matrix);
	await walk(matrix);
	const grants = JSON.stringify(await matrix.run(grantsQuery));
	const mutants = await listMutants(matrix);

	let tests: TestDatabase | undefined;
	let tried = 0;
	const openTests = async () => {
		const opened = await engine.open();
		await migrate(opened);
		await opened.run(readFileSync(`${folder}/000_helpers.sql`, 'utf8'));
		return opened;
	};

	/** Looks with the mutant, and again without it: what is wrong anyway notices nothing. */
	async function mutated(mutant: Mutant, look: () => Promise<string | null>) {
		const lookWith = async (sql: string) => {
			// A log-in that is a quarter of an hour old may do less, and a whole run takes longer than that.
			await matrix.run(`begin; update auth.sessions set created_at = now(); ${sql}`);
			return look().finally(() => matrix.run('rollback'));
		};
		const seen = await lookWith(mutant.sql);
		if (seen) requireSound(await lookWith(''));
		return seen;
	}

	const seenIn = (part: string, only: boolean) => async () => {
		const [rows] = await matrix.run(`select * from matrix.first_difference('${part}', ${only})`);
		const [cell] = rows ?? [];
		return cell
			? `matrix: ${cell['part']}, ${cell['what']}, ${cell['who']}: ${cell['outcome']}`
			: null;
	};
	const seenInGrants = async () =>
		JSON.stringify(await matrix.run(grantsQuery)) === grants ? null : 'grants.md';
	const seenInTests = async (mutant: Mutant) => {
		if (tried > 0 && tried % testsKept === 0) {
			await tests?.close();
			tests = undefined;
		}
		tried += 1;
		const database = (tests ??= await openTests());
		const lookWith = async ({ file, text }: File, sql: string) => {
			const script = text.replace(/^begin;$/m, () => `begin;\n${sql};`);
			const [failure] = await listFailures(database, script);
			return failure ? `${file}: ${failure}` : null;
		};
		for (const file of testsFor(mutant)) {
			const seen = await lookWith(file, mutant.sql);
			if (!seen) continue;
			requireSound(await lookWith(file, ''));
			return seen;
		}
		return null;
	};

	return {
		mutants,
		async judge(mutant) {
			const byMatrix = () => mutated(mutant, seenIn(mutant.part, false));
			const byItsCells = () => mutated(mutant, seenIn(mutant.part, true));
			const byGrants = () => mutated(mutant, seenInGrants);
			const byTests = () => seenInTests(mutant);
			const steps =
				mutant.first === 'grants'
					? [byGrants, byTests, byMatrix]
					: mutant.first === 'tests'
						? [byTests, byMatrix]
						: [byItsCells, byTests, byMatrix, byGrants];
			for (const step of steps) {
				const seen = await step();
				if (seen) return seen;
			}
			return null;
		},
		close: async () => {
			await Promise.all([matrix.close(), tests?.close()]);
		},
	};
}

function requireSound(flaw: string | null): void {
	if (flaw) throw new Error(`This is so without any mutant: ${flaw}`);
}

type File = { file: string; text: string };

const files: File[] = readdirSync(folder)
	.filter((file) => file.endsWith('.sql') && file !== '000_helpers.sql')
	.map((file) => ({ file, text: readFileSync(`${folder}/${file}`, 'utf8') }));

/** The catalogue first, as it is quick and sees most, then those that name what was changed most often. */
function testsFor({ name }: Mutant): File[] {
	const mentions = ({ file, text }: File) =>
		file === 'foundation__catalogue.sql' ? Infinity : text.split(name).length;
	return files.toSorted((a, b) => mentions(b) - mentions(a));
}
