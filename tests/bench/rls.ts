/**
 * What does row level security cost? On a throw-away PostgreSQL, by turns: each statement under Gatehouse's policies, in a
 * role that no policy holds, and under policies as they are often written, in tests/fixtures/seed-policies.sql.
 *   npm run bench:rls                   1,000,000 rows in each table
 *   npm run bench:rls -- 50000          another number, 25,000 or more
 * Where the policies make a plan read a whole table that is not read without them, the plan follows.
 */
import { startPostgres } from '../support/postgres.ts';
import { pgbench, type Took } from './pgbench.ts';
import { queries, type Query } from './rls.queries.ts';
import { DATABASE, fill } from './rls.fill.ts';
import { median, medianAndSpread, writeTable } from './report.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
/** How often by turns, and how many times each: what is quick is drowned by the noise of the machine otherwise. */
const effort = {
	few: { rounds: 5, times: 3000 },
	thousands: { rounds: 9, times: 100 },
	all: { rounds: 9, times: 10 },
};
/** After so many milliseconds a statement has been measured long enough, in each of the ways. */
const patience = 20_000;

const ways = { without: 'unbound', ours: 'authenticated', seed: 'seed_way' } as const;
type Way = keyof typeof ways;
const order: Way[] = ['without', 'ours', 'seed'];

const server = await startPostgres({ superuser: 'supabase_admin' });
if (!server) throw new Error('This needs PostgreSQL on the machine.');
try {
	const started = performance.now();
	const { open, people } = await fill(server, rows);
	console.log(`Filled in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
	const url = new URL(`/${DATABASE}`, server.url).href;

	const claimsOf = ({ who }: Query) => ({
		sub: people[who].id,
		session_id: people[who].session,
		role: 'authenticated',
	});
	const time = (query: Query, way: Way, mode: 'prepared' | 'extended') =>
		pgbench({
			url,
			role: ways[way],
			claims: claimsOf(query),
			statement: query.statement,
			about: query.about(people[query.who])[0],
			// What takes seconds needs no average.
			times: way === 'seed' && query.kind === 'all' ? 1 : effort[query.kind].times,
			mode,
		});
	const sql = open();
	const plan = async (query: Query, way: Way) => {
		await sql`begin`;
		await sql`select set_config('request.jwt.claims', ${JSON.stringify(claimsOf(query))}, true), set_config('role', ${ways[way]}, true)`;
		const about = query.about(people[query.who]);
		const lines = await sql.unsafe(`explain ${query.statement}`, about);
		await sql`rollback`;
		return lines.map((line) => String(line['QUERY PLAN'])).join('\n');
	};

	const lines: string[][] = [];
	for (const query of queries) {
		const few = query.kind === 'few';
		const { rounds } = effort[query.kind];
		const kept = await measure(rounds, order, (way) => time(query, way, 'prepared'));
		const anew = few
			? await measure(rounds, ['without', 'ours'], (way) => time(query, way, 'extended'))
			: null;
		const digits = { few: 3, thousands: 2, all: 1 }[query.kind];
		// That of each round: what disturbs the machine disturbs both.
		const ratio = (of: Figures, way: Way, what: keyof Took) =>
			median(of[way][what].map((took, round) => took / (of.without[what][round] ?? NaN))).toFixed(
				2,
			);
		const line = [
			query.what,
			medianAndSpread(kept.without.statement, digits),
			medianAndSpread(kept.ours.statement, digits),
			ratio(kept, 'ours', 'statement'),
			query.bar.toFixed(1),
			medianAndSpread(kept.seed.statement, digits),
			ratio(kept, 'seed', 'statement'),
			few ? ratio(kept, 'ours', 'request') : '–',
			anew ? ratio(anew, 'ours', 'request') : '–',
		];
		console.log(line.join(' | '));
		lines.push(line);
		const [ours, without] = [await plan(query, 'ours'), await plan(query, 'without')];
		if (ours.includes('Seq Scan') && !without.includes('Seq Scan'))
			console.log(`${ours}\n${without}`);
	}
	const number = rows.toLocaleString('en');
	const efforts = Object.values(effort).map(({ rounds, times }) => `${rounds} × ${times}`);
	await writeTable({
		name: 'bench:rls',
		about: `What row level security costs with ${number} people, trainings, cards, notifications and imports. Each statement in a role that no policy holds, under Gatehouse's policies, and under policies as they are often written: bare \`auth.uid()\` and \`is_admin()\`, \`in (select …)\`, and nothing that asks whether the session is still alive.`,
		runs: `${efforts.join(', ')} by turns for few rows, 5,000 and all, fewer of what takes seconds; by pgbench on one connection, milliseconds as whoever asks sees it: the median of the rounds, and in brackets the middle half. A ratio is that of each round, and the median`,
		columns: [
			'statement',
			'without',
			'Gatehouse',
			'times',
			'at most',
			'as often written',
			'times',
			'whole request',
			'whole request, planned anew',
		],
		rows: lines,
		note: 'The first figures are of the statement alone, in a plan that is kept, as the data API does it. The last two columns are Gatehouse in times without policies, for a whole request: the statement with what the data API sends around it, the transaction, the role and the claims; first in plans that are kept, then with all of it read and planned anew, as behind a pooler of transactions. What is written is measured without triggers and foreign keys. All figures hold the way there and back on one machine, and that both processes wake for each of them: where processors never sleep everything takes a third of this, and the same 20 microseconds of a policy are as much as the rest. What Gatehouse adds is one look at the session, the account and the profile, which is what lets a stolen or suspended session die at once; it is the same for one row and for a million. [Why it stays](decisions/0010-what-policies-cost.md)',
	});
} finally {
	await server.stop();
}

type Figures = Record<Way, Record<keyof Took, number[]>>;

async function measure(rounds: number, of: Way[], act: (way: Way) => Promise<Took>) {
	const figures: Figures = {
		without: { statement: [], request: [] },
		ours: { statement: [], request: [] },
		seed: { statement: [], request: [] },
	};
	const spent: Record<Way, number> = { without: 0, ours: 0, seed: 0 };
	for (let round = 0; round < rounds; round += 1) {
		// Another one begins each time, so that none always comes after the same other one.
		for (const index of of.keys()) {
			const way = of[(index + round) % of.length] ?? 'ours';
			if (spent[way] > patience) continue;
			const before = performance.now();
			const { statement, request } = await act(way);
			spent[way] += performance.now() - before;
			figures[way].statement.push(statement);
			figures[way].request.push(request);
		}
	}
	return figures;
}
