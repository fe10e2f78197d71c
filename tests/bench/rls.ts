/**
 * What does row level security cost? On a throw-away PostgreSQL, by turns: each statement under Gatehouse's policies, in a
 * role that no policy holds, and under policies as they are often written, in tests/fixtures/seed-policies.sql.
 *   npm run bench:rls                   1,000,000 rows in each table
 *   npm run bench:rls -- 50000          another number, 25,000 or more
 * Where the policies make a plan read a whole table that is not read without them, the plan follows.
 */
import { startPostgres } from '../support/postgres.ts';
import { whileAwake } from './awake.ts';
import { queries, type Query } from './rls.queries.ts';
import { fill } from './rls.fill.ts';
import { median, medianAndSpread, writeTable } from './report.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
/** How often: what is quick is drowned by the noise of the machine unless it is asked for many times. */
const rounds = { few: 201, thousands: 101, all: 31 };
const warmUp = 3;
/** After so many milliseconds a statement has been measured long enough, in each of the ways. */
const patience = 10_000;

const ways = { without: 'unbound', ours: 'authenticated', seed: 'seed_way' } as const;
type Way = keyof typeof ways;
const order: Way[] = ['without', 'ours', 'seed'];

const server = await startPostgres({ superuser: 'supabase_admin' });
if (!server) throw new Error('This needs PostgreSQL on the machine.');
try {
	const started = performance.now();
	const { open, people } = await fill(server, rows);
	console.log(`Filled in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
	// One connection for the two that are compared, so that the same processor serves them. What is often written has its
	// own: what it leaves behind there makes all that comes after it slower.
	const shared = open();
	const connections = { without: shared, ours: shared, seed: open() };
	for (const sql of [shared, connections.seed]) {
		// Triggers and foreign keys cost the same whatever the policies, and would hide what these cost. Once and for all: each
		// change of this setting throws the plans away that functions keep.
		await sql`set session_replication_role = replica`;
	}

	const ask = async <T>(query: Query, way: Way, act: (sql: typeof shared) => Promise<T>) => {
		const { id, session } = people[query.who];
		const claims = JSON.stringify({ sub: id, session_id: session, role: 'authenticated' });
		const sql = connections[way];
		await sql.unsafe(`begin;
			select set_config('request.jwt.claims', '${claims}', true), set_config('role', '${ways[way]}', true)`);
		try {
			return await act(sql);
		} finally {
			await sql.unsafe('rollback');
		}
	};
	/** Each way has a statement of its own: a plan is kept for one role. */
	const run = (query: Query, way: Way) => (sql: typeof shared) => {
		const statement = `${query.statement} -- ${way}`;
		return sql.unsafe(statement, query.about(people[query.who]), { prepare: true });
	};
	/** As whoever asks sees it, in milliseconds. */
	const time = (query: Query, way: Way) =>
		ask(query, way, (sql) => clock(() => run(query, way)(sql)));
	/** The same with what goes with every statement that the data API sends: a transaction, a role and claims. */
	const timeWhole = (query: Query, way: Way) => clock(() => ask(query, way, run(query, way)));
	/** In the server alone, in microseconds: reading, planning and running it. */
	const timeInside = (query: Query, way: Way) =>
		ask(query, way, async (sql) => {
			const [about = null] = query.about(people[query.who]);
			const [row] = await sql<{ took: number }[]>`
				select public.stopwatch(${query.statement}, ${about}, 20) as took`;
			return row?.took ?? 0;
		});
	const plan = (query: Query, way: Way) =>
		ask(query, way, async (sql) => {
			const about = query.about(people[query.who]);
			const lines = await sql.unsafe(`explain (analyze, timing off) ${query.statement}`, about);
			return lines.map((line) => String(line['QUERY PLAN'])).join('\n');
		});

	const lines: string[][] = [];
	for (const query of queries) {
		const few = query.kind === 'few';
		const measureAll = () => measure(rounds[query.kind], (way) => time(query, way));
		const times = await (few ? whileAwake(measureAll) : measureAll());
		const whole = few
			? await whileAwake(() => measure(rounds.few, (way) => timeWhole(query, way)))
			: null;
		const inside = few ? await measure(31, (way) => timeInside(query, way)) : null;
		const digits = few ? 2 : 1;
		const ratio = (way: Way, of = times) => (median(of[way]) / median(of.without)).toFixed(2);
		const line = [
			query.what,
			medianAndSpread(times.without, digits),
			medianAndSpread(times.ours, digits),
			ratio('ours'),
			query.bar.toFixed(1),
			medianAndSpread(times.seed, digits),
			ratio('seed'),
			whole ? ratio('ours', whole) : '–',
			inside ? `${order.map((way) => median(inside[way]).toFixed(0)).join(' / ')}` : '–',
		];
		console.log(line.join(' | '));
		lines.push(line);
		const [ours, without] = [await plan(query, 'ours'), await plan(query, 'without')];
		if (ours.includes('Seq Scan') && !without.includes('Seq Scan'))
			console.log(`${ours}\n${without}`);
	}
	const number = rows.toLocaleString('en');
	await writeTable({
		name: 'bench:rls',
		about: `What row level security costs with ${number} people, trainings, cards, notifications and imports. Each statement in a role that no policy holds, under Gatehouse's policies, and under policies as they are often written: bare \`auth.uid()\` and \`is_admin()\`, \`in (select …)\`, and nothing that asks whether the session is still alive.`,
		runs: `${Object.values(rounds).join(', ')} by turns for few rows, 5,000 and all, fewer of what takes seconds; milliseconds on one connection, prepared, as whoever asks sees it: the median, and in brackets the middle half. For few rows the processors are kept from falling asleep, as those of a server at work are: to wake one takes longer than any policy`,
		columns: [
			'statement',
			'without',
			'Gatehouse',
			'times',
			'at most',
			'as often written',
			'times',
			'Gatehouse, whole request',
			'inside, µs',
		],
		rows: lines,
		note: 'A whole request is the statement with what the data API sends around it: the transaction, the role and the claims. The last column is the same three inside the server, in microseconds, with reading and planning the statement anew: what is left when the way there and back is taken away. What Gatehouse adds there is one look at the session, the account and the profile, which is what lets a stolen or suspended session die at once; it is the same for one row and for a million. [Why it stays](decisions/0010-what-policies-cost.md)',
	});
} finally {
	await server.stop();
}

async function clock(act: () => Promise<unknown>): Promise<number> {
	const before = performance.now();
	await act();
	return performance.now() - before;
}

async function measure(times: number, act: (way: Way) => Promise<number>) {
	const figures: Record<Way, number[]> = { without: [], ours: [], seed: [] };
	const spent: Record<Way, number> = { without: 0, ours: 0, seed: 0 };
	for (let round = 0; round < times + warmUp; round += 1) {
		// Another one begins each time, so that none always comes after the same other one.
		for (const index of order.keys()) {
			const way = order[(index + round) % order.length] ?? 'ours';
			if (spent[way] > patience) continue;
			let took = 0;
			spent[way] += await clock(async () => (took = await act(way)));
			// What takes longer than anybody waits needs no warming up.
			if (round >= warmUp || spent[way] > patience) figures[way].push(took);
		}
	}
	return figures;
}
