/**
 * What do open streams cost the backend? Opens as many as asked for, at the production build, before the embedded
 * backend, and counts every call that reaches it: at rest, while things happen to everybody, and when all come back at
 * once as after a deployment:
 *   npm run bench:live                           500 streams, a minute each
 *   npm run bench:live -- 2000 30                another number, for so many seconds
 * With PostgreSQL on the machine it is the backend's; else PGlite.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { listen, makeMembers, type Listener, type Member } from '../support/listener.ts';
import { startPostgres } from '../support/postgres.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { medianAndSpread, quantile, writeTable } from './report.ts';

const [streams = 500, seconds = 60] = process.argv.slice(2).map(Number);

type Part = { what: string; calls: number; feed: number; took: number; latencies: number[] };

const server = await startPostgres();
const stage = await startStage(server?.url);
try {
	const members = await makeMembers(stage, streams);
	let tabs = await openAll(stage, members);
	const parts = [
		await measure('nothing happens', stage, async () => {
			await wait(seconds * 1000);
			return [];
		}),
		await measure('10 events a second', stage, () => tellFor(stage, members, tabs, 10)),
		await measure('an event a second for each', stage, () =>
			tellFor(stage, members, tabs, streams),
		),
		await measure('all come back at once', stage, async () => {
			const since = tabs.map((tab) => tab.lastId() ?? '');
			tabs.forEach((tab) => tab.close());
			tabs = await openAll(stage, members, since);
			return [];
		}),
	];
	tabs.forEach((tab) => tab.close());
	await writeTable({
		name: 'bench:live',
		about: `${streams.toLocaleString('en')} open pages of as many people, at the production build before the embedded backend${server ? ' on PostgreSQL' : ''}: the calls that reach the backend, and how long an event takes from its commit until a page has it. All are in one process of the app, which asks for all of them together.`,
		runs: `1, ${seconds} s of each but the last; how long, as the median and in brackets the middle half of all events`,
		columns: ['while', 'calls', 'of the feed', 'of the feed a second', 'an event takes, ms', 'p99'],
		rows: parts.map(({ what, calls, feed, took, latencies }) => [
			what,
			calls,
			feed,
			(feed / took).toFixed(2),
			latencies.length > 0 ? medianAndSpread(latencies, 0) : null,
			latencies.length > 0 ? quantile(latencies, 0.99).toFixed(0) : null,
		]),
		note: 'The app asks at most once a second, and every five while nothing happens: that is what an event waits for. Whether it has arrived is looked for every 20 ms.',
	});
} finally {
	await stage.stop();
	await server?.stop();
}

async function openAll(on: Stage, members: Member[], since?: string[]): Promise<Listener[]> {
	const tabs = await Promise.all(
		members.map(({ visitor }, index) => listen(on, visitor, since?.[index])),
	);
	const refused = tabs.filter(({ status }) => status !== 200).length;
	if (refused > 0) throw new Error(`${refused} streams were refused.`);
	await Promise.all(
		tabs.map((tab) => until('every stream to be joined', async () => tab.lastId(), 120)),
	);
	return tabs;
}

async function measure(what: string, on: Stage, during: () => Promise<number[]>): Promise<Part> {
	const before = on.proxy.seen.length;
	const started = performance.now();
	const latencies = await during();
	const took = (performance.now() - started) / 1000;
	const calls = on.proxy.seen.slice(before);
	const feed = calls.filter((call) => call.endsWith('/live_feed')).length;
	return { what, calls: calls.length, feed, took, latencies };
}

/** About so many events a second, for one after another. Answers how long each took to arrive, from its commit on. */
async function tellFor(
	on: Stage,
	members: Member[],
	tabs: Listener[],
	rate: number,
): Promise<number[]> {
	const latencies: number[] = [];
	const sent = new Map<string, number>();
	const heardSoFar = tabs.map(({ events }) => events.length);
	const look = () => {
		const now = performance.now();
		for (const [index, { events }] of tabs.entries()) {
			for (const { data } of events.slice(heardSoFar[index])) {
				const since = sent.get(String(data['note']));
				if (since !== undefined) latencies.push(now - since);
			}
			heardSoFar[index] = events.length;
		}
	};
	const looking = setInterval(look, 20);
	let next = 0;
	for (let second = 0; second < seconds; second += 1) {
		const batch = Array.from({ length: rate }, () => next++);
		const to = batch.map((number) => members[number % members.length]?.id ?? '');
		await on.sql(
			`select private.tell(told.person, 'bench', null, jsonb_build_object('note', told.note))
			from unnest($1::uuid[], $2::text[]) as told (person, note)`,
			[to, batch.map(String)],
		);
		batch.forEach((number) => sent.set(String(number), performance.now()));
		// About a second: in step with the app's looks they would all wait for the same time.
		await wait(500 + Math.random() * 1000);
	}
	await until('every event to arrive', async () => latencies.length === sent.size, 60);
	clearInterval(looking);
	return latencies;
}
