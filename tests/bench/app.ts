/**
 * How fast is the app? The production build and the embedded backend on PostgreSQL, next to a Kit page without anything
 * and next to the same authenticated page as the vendor's guide would ask for it (others.ts), by turns:
 *   npm run bench:app                                       9 rounds of 3 seconds each, then 5 minutes with 64 clients
 *   npm run bench:app -- --rounds 2 --seconds 1 --minutes 1
 */
import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../../src/cli/programs.ts';
import {
	makeDataFolder,
	register,
	startBackend,
	type Backend,
	type Registered,
} from '../support/backend.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { startProcess, type Process } from '../support/process.ts';
import { startProxy } from '../support/proxy.ts';
import { freePorts } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';
import { loadFor, type Call, type Load } from './load.ts';
import { buildBare, buildGuide } from './others.ts';
import { median, medianAndSpread, quantile, writeTable } from './report.ts';

const { values: options } = parseArgs({
	options: {
		rounds: { type: 'string', default: '9' },
		seconds: { type: 'string', default: '3' },
		minutes: { type: 'string', default: '5' },
	},
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const minutes = Number(options.minutes);
const crowds = [1, 16, 64];
const people = 1000;

const postgres = await startPostgres();
if (!postgres) throw new Error('This benchmark needs PostgreSQL.');
const folder = makeDataFolder();
const backend = await startBackend({ data: folder.data, databaseUrl: postgres.url });
const [guide, bare] = [buildGuide(), buildBare()];
const stops: (() => Promise<void>)[] = [];
try {
	await bench(backend, postgres.connect());
} finally {
	for (const stop of stops) await stop();
	await backend.stop();
	await postgres.stop();
	folder.remove();
	for (const other of [guide, bare]) other.remove();
}

type Target = { name: string; origin: string; calls: () => Call; loads: Map<number, Load[]> };

async function bench(backend: Backend, sql: ReturnType<Postgres['connect']>): Promise<void> {
	const ours = await open(build, backend.url);
	const theirs = await open([guide.program], backend.url);
	const empty = await open([bare.program], backend.url);

	console.log('people sign up …');
	const members: Registered[] = [];
	for (let index = 0; index < 30; index += 1) {
		members.push(await register(backend, `member-${index}@example.com`));
	}
	const [member, admin] = members;
	if (!member || !admin) throw new Error('Nobody signed up.');
	await sql`update public.users set role = 'admin' where id = ${admin.id}`;
	await sql`insert into auth.users (id, email, email_confirmed_at, created_at)
		select gen_random_uuid(), 'other-' || n || '@example.com', now(), now() - n * interval '1 minute'
		from generate_series(1, ${people}) as n`;
	await sql`analyze`;

	const asMember = await cookiesOf(ours.origin, '/log-in?/password', member);
	const asAdmin = await cookiesOf(ours.origin, '/log-in?/password', admin);
	const asTheirs = await cookiesOf(theirs.origin, '/login', member);

	let next = 0;
	const logIn = (): Call => {
		const one = members[(next += 1) % members.length] ?? member;
		const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
		return {
			method: 'POST',
			path: '/log-in?/password',
			// The limits of one address and of one account are for people, not for this.
			headers: { 'x-forwarded-for': address },
			body: new URLSearchParams({ email: one.email, password: one.password }).toString(),
			status: 303,
		};
	};
	const page = (path: string, cookie?: string) => {
		const call = { path, status: 200, headers: { ...(cookie && { cookie }) } };
		return () => call;
	};
	const target = (name: string, { origin }: Door, calls: () => Call): Target => ({
		name,
		origin,
		calls,
		loads: new Map(crowds.map((crowd) => [crowd, []])),
	});
	const home = target('Authenticated page', ours, page('/home', asMember));
	const guidePage = target('Authenticated page, the guide’s way', theirs, page('/home', asTheirs));
	const targets = [
		target('Landing page', ours, page('/')),
		target('Bare Kit page', empty, page('/')),
		home,
		guidePage,
		target('Admin list', ours, page('/admin/users', asAdmin)),
		target('Log-in', ours, logIn),
	];

	const upstream = await countCalls([
		['Authenticated page', build, page('/home', asMember)],
		['The guide’s way', [guide.program], page('/home', asTheirs)],
	]);
	console.log(upstream);

	for (const { origin, calls } of targets) await loadFor(1, 4, origin, calls);
	for (let round = 1; round <= rounds; round += 1) {
		for (const crowd of crowds) {
			for (const { origin, calls, loads, name } of targets) {
				const load = await loadFor(seconds, crowd, origin, calls);
				loads.get(crowd)?.push(load);
				if (load.errors.size) console.log(`${name}, ${crowd} clients:`, load.errors);
				// The backend still hashes for those log-ins that nobody waits for any more.
				if (calls === logIn) await loadFor(0.001, 1, home.origin, home.calls);
			}
		}
		console.log(`round ${round} of ${rounds}`);
	}

	const ratio = (crowd: number) =>
		median(
			(home.loads.get(crowd) ?? []).map((load, index) => {
				const other = guidePage.loads.get(crowd)?.[index];
				return other ? perSecond(load) / perSecond(other) : 0;
			}),
		);
	const steady = await loadSteadily(home, ours.process);

	await writeTable({
		name: 'bench:app',
		about: `Requests a second and how long one takes, at the production build with the embedded backend on PostgreSQL: ${people} accounts, 1, 16 and 64 clients that each ask again as soon as they are answered. Clients, app, backend and database share the machine. A log-in is mostly bcrypt, in the one process of the backend.`,
		runs: `${rounds} of ${seconds} seconds each, by turns; requests a second as the median and the middle half of the runs, latencies in milliseconds over all of them`,
		columns: ['page', ...crowds.flatMap((crowd) => [`${crowd}: a second`, `p50`, `p99`])],
		rows: targets.map(({ name, loads }) => [
			name,
			...crowds.flatMap((crowd) => figures(loads.get(crowd) ?? [])),
		]),
		note: [
			`Calls to the backend for one page, counted at a proxy: ${upstream}.`,
			`The authenticated page against the guide’s way, in the same rounds: ${crowds.map((crowd) => `${ratio(crowd).toFixed(2)} times the requests a second with ${crowd} client${crowd === 1 ? '' : 's'}`).join(', ')}.`,
			steady,
		].join('\n\n'),
	});
}

type Door = { origin: string; process: Process };

async function open(args: string[], backendUrl: string): Promise<Door> {
	const [port = 0] = await freePorts(1);
	const origin = `http://127.0.0.1:${port}`;
	const process_ = await startProcess({
		name: args.join(' '),
		args,
		env: {
			...process.env,
			NODE_ENV: 'production',
			LOG_LEVEL: 'warn',
			HOST: '127.0.0.1',
			PORT: `${port}`,
			ORIGIN: origin,
			ADDRESS_HEADER: 'x-forwarded-for',
			PUBLIC_SUPABASE_URL: backendUrl,
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.publishableKey,
			SUPABASE_SECRET_KEY: backend.secretKey,
		},
		ready: async () => (await fetch(origin).catch(() => null)) !== null,
	});
	stops.push(() => process_.end('SIGTERM'));
	return { origin, process: process_ };
}

type Member = { email: string; password: string };

async function cookiesOf(
	origin: string,
	path: string,
	{ email, password }: Member,
): Promise<string> {
	const visitor = new Visitor(origin);
	const { status } = await visitor.submit(path, { email, password });
	if (status !== 303) throw new Error(`The log-in at ${path} answered ${status}.`);
	return [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** Opens each page ten times, before a proxy that counts what it asks the backend. */
async function countCalls(pages: [string, string[], () => Call][]): Promise<string> {
	const proxy = await startProxy(backend.url);
	const counted: string[] = [];
	for (const [name, args, calls] of pages) {
		const door = await open(args, proxy.url);
		const { path, headers = {} } = calls();
		await fetch(door.origin + path, { headers });
		proxy.seen.length = 0;
		for (let time = 0; time < 10; time += 1) await fetch(door.origin + path, { headers });
		const kinds = new Map<string, number>();
		for (const call of proxy.seen) kinds.set(call, (kinds.get(call) ?? 0) + 1);
		const list = [...kinds].map(([call, count]) => `${count / 10} × \`${call}\``);
		counted.push(`${name.toLowerCase()} ${proxy.seen.length / 10} (${list.join(', ')})`);
	}
	await proxy.stop();
	return counted.join('; ');
}

function perSecond({ latencies, seconds: took }: Load): number {
	return latencies.length / took;
}

function figures(loads: Load[]): string[] {
	const latencies = loads.flatMap((load) => load.latencies);
	const failed = loads.flatMap((load) => [...load.errors.values()]).reduce((a, b) => a + b, 0);
	const rate = medianAndSpread(loads.map(perSecond), 0);
	return [
		failed ? `${rate}, ${failed} errors` : rate,
		quantile(latencies, 0.5).toFixed(1),
		quantile(latencies, 0.99).toFixed(1),
	];
}

/** 64 clients for minutes: whether anything fails, and whether the memory of the app grows. */
async function loadSteadily({ origin, calls }: Target, app: Process): Promise<string> {
	console.log(`64 clients for ${minutes} minutes …`);
	const memory: number[] = [];
	const going = { on: true };
	const sampling = (async () => {
		while (going.on) {
			memory.push(app.memory());
			await wait(2000);
		}
	})();
	const load = await loadFor(minutes * 60, 64, origin, calls);
	going.on = false;
	await sampling;
	const failed = [...load.errors].map(([what, count]) => `${count} × ${what}`);
	const part = Math.ceil(memory.length / 5);
	const fifths = [0, 1, 2, 3, 4].map((index) =>
		median(memory.slice(index * part, (index + 1) * part)),
	);
	return `64 clients at the authenticated page for ${minutes} minutes: ${load.latencies.length} answers, ${failed.length ? failed.join(', ') : 'no error'}, p99 ${quantile(load.latencies, 0.99).toFixed(0)} ms. Resident memory of the app in megabytes, the median of each fifth of that time: ${fifths.join(', ')}.`;
}
