/**
 * Does the time of the admins' list grow with the number of people? Fills two databases on a throw-away PostgreSQL,
 * runs every kind of query in both by turns, and puts the times side by side:
 *   npm run bench:admin                   10,000 and 1,000,000 people
 *   npm run bench:admin -- 1000 50000     other numbers
 * Where a query reads a whole table, its plan follows.
 */
import postgres from 'postgres';
import { migrate, readFixture } from '../support/database.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { median, medianAndSpread, writeTable } from './report.ts';

const runs = 31;

/** What is asked, by name. `cursor` is put in where the page is deep. */
const queries: Record<string, string> = {
	'first page': '',
	'second page': 'deep 1',
	'a page in the middle': 'deep',
	'last page': 'backward => true',
	'100 rows': 'page_size => 100',
	'role: admin': `role => 'admin'`,
	'role: user': `role => 'user'`,
	'not confirmed': 'confirmed => false',
	confirmed: 'confirmed => true',
	suspended: 'suspended => true',
	'not suspended': 'suspended => false',
	'provider: github': `provider => 'github'`,
	'provider: nobody has it': `provider => 'myspace'`,
	'without a profile': 'has_profile => false',
	'signed up in one week': `created_from => '2025-03-03', created_to => '2025-03-10'`,
	'signed up in one week, by name': `created_from => '2025-03-03', created_to => '2025-03-10', sort => 'name', descending => false`,
	'signed up in one year, by name': `created_from => '2025-01-01', created_to => '2026-01-01', sort => 'name', descending => false`,
	'not confirmed, github, suspended': `confirmed => false, provider => 'github', suspended => true`,
	'oldest first': 'descending => false',
	'by name': `sort => 'name', descending => false`,
	'by name, in the middle': `deep sort => 'name', descending => false`,
	'by email': `sort => 'email', descending => false`,
	'by email, in the middle': `deep sort => 'email', descending => false`,
	'by last log-in': `sort => 'last_sign_in_at'`,
	'by last log-in, in the middle': `deep sort => 'last_sign_in_at'`,
	'not confirmed, by name': `confirmed => false, sort => 'name', descending => false`,
	'search: one address': `search => 'anna.berg.77@'`,
	'search: a rare name': `search => 'xaver zz'`,
	'search: a last name': `search => 'okafor'`,
	// Those without a profile have no name, and would be found at once.
	'search: a last name, by name': `search => 'okafor', has_profile => true, sort => 'name', descending => false`,
	'search: what all have': `search => 'example'`,
	'search: two letters': `search => 'an'`,
	'search: an id': 'id',
	'search: a miss': `search => 'nobody is called so'`,
	'search: a miss of two letters': `search => 'qx'`,
	'search: a miss among the not confirmed': `search => 'nobody', confirmed => false`,
	'search: a last name, signed up in one week': `search => 'okafor', created_from => '2025-03-03', created_to => '2025-03-10'`,
};

type Bench = {
	people: number;
	/** How long a call takes, in milliseconds. */
	time(call: string): Promise<number>;
	/** The plans in a call that read a whole table. */
	wholeReads(call: string): Promise<string[]>;
	argumentsOf(query: string): Promise<string>;
};

const sizes = process.argv.slice(2).map(Number);
const server = await startPostgres({ superuser: 'supabase_admin' });
if (!server) throw new Error('There is no PostgreSQL on this machine.');
try {
	await server.connect({ max: 1 }).unsafe(readFixture('hosted-roles.sql'));
	const [small, large] = [
		await fill(server, sizes[0] ?? 10_000),
		await fill(server, sizes[1] ?? 1_000_000),
	];
	const plans = new Set<string>();
	const rows: string[][] = [];
	const line = async (name: string, callOf: (bench: Bench) => Promise<string>) => {
		const calls = [await callOf(small), await callOf(large)] as const;
		const times: [number[], number[]] = [[], []];
		// By turns, so that what else the machine does is shared.
		for (let run = 0; run < runs + 2; run += 1) {
			const [a, b] = [await small.time(calls[0]), await large.time(calls[1])];
			if (run < 2) continue;
			times[0].push(a);
			times[1].push(b);
		}
		const ratio = (median(times[1]) / median(times[0])).toFixed(1);
		rows.push([name, ...times.map((each) => medianAndSpread(each)), ratio]);
		console.log(rows.at(-1)?.join(' | '));
		for (const plan of await large.wholeReads(calls[1])) plans.add(`${name}:\n${plan}`);
	};
	for (const [name, query] of Object.entries(queries)) {
		await line(name, async (bench) => `admin_list_users(${await bench.argumentsOf(query)})`);
	}
	await line('one person', async (bench) => `admin_show_user((${await bench.argumentsOf('one')}))`);
	await line('the overview', async () => 'admin_overview()');
	for (const plan of plans) console.log(`\nA whole table is read by ${plan}`);
	const people = ({ people }: Bench) => people.toLocaleString('en');
	await writeTable({
		name: 'bench:admin',
		about: `The admins' list of users, a page of 25 unless said otherwise, with ${people(small)} and with ${people(large)} people: each query that the page can ask, by the function that it calls.`,
		runs: `${runs} of each by turns; milliseconds with the call's way there and back, the median and in brackets the middle half`,
		columns: ['query', people(small), people(large), 'times'],
		rows,
		note: plans.size
			? `Queries that read a whole table: ${[...plans].map((plan) => plan.split(':\n')[0]).join(', ')}.`
			: 'No query reads a whole table.',
	});
} finally {
	await server.stop();
}

async function fill(on: Postgres, people: number): Promise<Bench> {
	const started = performance.now();
	const database = `people_${people}`;
	await on.connect({ max: 1 }).unsafe(`create database ${database}`);
	const notices: string[] = [];
	const open = (user: string) =>
		postgres(on.url, {
			database,
			user,
			max: 1,
			onnotice: ({ message }) => notices.push(message ?? ''),
		});
	const [superuser, owner] = [open('supabase_admin'), open('postgres')];
	await superuser.unsafe(readFixture('hosted-auth.sql'));
	const run = async (script: string) => [Array.from(await owner.unsafe(script))];
	const list = (file: string) => /_admin_(list|overview)\.sql$/.test(file);
	await migrate({ run }, (file) => !list(file));
	// As if the project had been there before: nothing fires, and the list is then made in one go.
	await superuser.unsafe(`set session_replication_role = replica; ${fillWith(people)}`);
	const listing = performance.now();
	await migrate({ run }, list);
	const listed = performance.now() - listing;
	await superuser.unsafe('vacuum analyze');
	console.log(
		`${people.toLocaleString('en')} people filled in ${seconds(performance.now() - started)}, of which listed in ${seconds(listed)}.`,
	);

	const [admin] = await owner`
		select account.id as sub, session.id as session_id, 'authenticated' as role
		from auth.users as account join auth.sessions as session on session.user_id = account.id
		where email = 'admin@example.com'`;
	// The library is for superusers to load. The call itself is made in the role of the API.
	await superuser.unsafe(`load 'auto_explain'; set auto_explain.log_min_duration = -1; set auto_explain.log_nested_statements = on;
		set auto_explain.log_level = notice; set client_min_messages = notice`);
	const ask = async (call: string) => {
		const [row] = await superuser.begin(async (sql) => {
			await sql`select set_config('request.jwt.claims', ${JSON.stringify(admin)}, true),
				set_config('request.jwt.claim.sub', ${String(admin?.['sub'])}, true), set_config('role', 'authenticated', true)`;
			return sql.unsafe(`select public.${call} as answer`);
		});
		return row?.['answer'];
	};
	return {
		people,
		async time(call) {
			const before = performance.now();
			await ask(call);
			return performance.now() - before;
		},
		async wholeReads(call) {
			notices.length = 0;
			await superuser.unsafe('set auto_explain.log_min_duration = 0');
			await ask(call);
			await superuser.unsafe('set auto_explain.log_min_duration = -1');
			return notices.filter((notice) => /Seq Scan on (accounts|users)/.test(notice));
		},
		async argumentsOf(query) {
			const [middle] = await owner`
				select id, created_at::text, last_sign_in_at::text, name, email from private.accounts
				order by created_at offset ${Math.floor(people / 2)} limit 1`;
			if (query === 'one') return `'${middle?.['id']}'`;
			if (query === 'id') return `search => '${String(middle?.['id']).slice(0, 13)}'`;
			if (!query.startsWith('deep')) return query;
			const rest = query.replace(/^deep( 1)?/, '').trim();
			const sort = /sort => '(\w+)'/.exec(rest)?.[1] ?? 'created_at';
			const cursor = query.startsWith('deep 1')
				? await nextOf(ask)
				: `${middle?.['id']}:${middle?.[sort]}`;
			return [rest, `cursor => '${cursor.replaceAll(`'`, `''`)}'`].filter(Boolean).join(', ');
		},
	};
}

async function nextOf(ask: (call: string) => Promise<unknown>): Promise<string> {
	const page = await ask('admin_list_users()');
	if (typeof page === 'object' && page !== null && 'next' in page) return String(page.next);
	throw new Error('There is no second page.');
}

function seconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The same mixture for any number: most confirmed, five admins, and of what is rare, as suspended or without a profile, still more than a page. */
function fillWith(people: number): string {
	return `
		select setseed(0.5);
		create temporary table person as
		select gen_random_uuid() as id, n,
			(array['Anna','Bela','Carla','Dario','Elif','Femi','Goran','Hana','Ivo','Jana','Kofi','Lena','Mia','Noor','Omar','Pia','Ravi','Sara','Tom','Uma','Vera','Wim','Yuki','Zoe','Xaver'])[1 + floor(random() * 25)::int] as first,
			(array['Adeyemi','Berg','Costa','Dubois','Eriksen','Fischer','Garcia','Haddad','Ivanov','Jensen','Kumar','Lopez','Moreau','Novak','Okafor','Petrov','Quispe','Rossi','Sato','Tanaka','Ueda','Varga','Weber','Yilmaz','Zhang'])[1 + floor(random() * 25)::int]
				|| case when random() < 0.7 then ' ' || (array['Alba','Bruck','Cole','Dorn','Estrada','Falk','Grün','Holm'])[1 + floor(random() * 8)::int] else '' end as last,
			timestamptz '2023-06-01' + random() * interval '3 years' as created_at,
			random() as a, random() as b, random() as c, random() as d
		from generate_series(1, ${people}) as n;

		insert into auth.users (id, email, email_confirmed_at, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
		select id, case when n = 1 then 'admin@example.com' else lower(first) || '.' || lower(split_part(last, ' ', 1)) || '.' || n || '@' || (array['mail','post','inbox','home'])[1 + n % 4] || '.example' end,
			case when a < 0.93 or n <= 5 then created_at + interval '5 minutes' end,
			case when a < 0.85 then created_at + b * (timestamptz '2026-06-01' - created_at) end,
			jsonb_build_object('provider', 'email', 'providers', case
				when c < 0.7 then '["email"]'::jsonb when c < 0.9 then '["google"]' when c < 0.97 then '["github"]' else '["email","google"]' end),
			jsonb_build_object('name', first || ' ' || last), created_at, created_at
		from person;
		insert into auth.sessions (id, user_id, created_at) select gen_random_uuid(), id, now() from person where n <= 5 or a < 0.3;
		insert into auth.identities (provider, provider_id, user_id, identity_data, created_at)
		select 'email', id::text, id, '{}', created_at from person;
		insert into public.users (id, email, name, role, source, suspended_at, suspended_reason, created_at)
		select id, null, first || ' ' || last, case when n <= 5 then 'admin' else 'user' end,
			case when d < 0.01 then 'fallback' when d < 0.011 then 'repair' else 'trigger' end,
			case when d > 0.995 and n > 5 then now() end, case when d > 0.995 and n > 5 then 'Spam' end, created_at
		from person where n <= 5 or d not between 0.5 and 0.505;
		insert into public.registration_failures (user_id, stage, sqlstate, message)
		select id, 'trigger', '55P03', 'canceling statement due to lock timeout' from person where n > 5 and d between 0.5 and 0.505;
		drop table person;`;
}
