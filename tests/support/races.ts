/**
 * For what several people do at the same moment: PostgreSQL in the shape of a hosted project, where each has a connection
 * of their own, as behind the data API.
 */
import type postgres from 'postgres';
import {
	attemptAs,
	attemptWithSecretKey,
	migrate,
	readFixture,
	toResults,
	type Outcome,
} from './database.ts';
import { startPostgres } from './postgres.ts';

export type Token = { sub: string; session_id: string };

export type Race = {
	/** Owns the tables. This and the API have twenty connections each. */
	owner: postgres.Sql;
	/** What the data API is before it knows who asks. */
	api: postgres.Sql;
	makePerson(name: string): Promise<string>;
	tokenOf(person: string): Promise<Token>;
	/** What comes of a call: nothing is said of success, a refusal has its hint or its code. */
	call(token: Token | 'secret key', call: string): Promise<string>;
	/** What a statement answers, or the hint or code of its refusal. */
	ask(token: Token | 'secret key', statement: string): Promise<unknown>;
	/**
	 * What comes of acts that begin while something is held. It is let go when each of them waits, so that they really meet;
	 * what happens meanwhile happens then, and before it is let go.
	 */
	meet<Came>(
		hold: string,
		acts: (() => Promise<Came>)[],
		meanwhile?: (holder: postgres.ReservedSql) => Promise<unknown>,
	): Promise<Came[]>;
	/** What comes of an act while something is held that it must not wait for. */
	pass<Came>(hold: string, act: () => Promise<Came>): Promise<Came>;
	close(): Promise<void>;
};

export type Races = { open(): Promise<Race>; stop(): Promise<void> };

/** Null where the machine has no PostgreSQL. */
export async function startRaces(): Promise<Races | null> {
	const server = await startPostgres({ superuser: 'supabase_admin' });
	if (!server) return null;
	const admin = server.connect({ max: 1 });
	await admin.unsafe(readFixture('hosted-roles.sql'));
	// Migrating takes long, copying does not.
	await admin.unsafe('create database original');
	const fixture = server.connect({ database: 'original', max: 1 });
	await fixture.unsafe(readFixture('hosted-auth.sql'));
	const migrator = server.connect({ database: 'original', user: 'postgres', max: 1 });
	await migrate(runner(migrator));
	await Promise.all([fixture.end(), migrator.end()]);

	let count = 0;
	return {
		async open() {
			const database = `race_${++count}`;
			await admin.unsafe(`create database ${database} template original`);
			// The one thing that a copy does not take along.
			await admin.unsafe(`grant all on database ${database} to postgres`);
			return newRace(
				server.connect({ database, user: 'postgres', max: 20 }),
				server.connect({ database, user: 'authenticator', max: 20 }),
			);
		},
		stop: () => server.stop(),
	};
}

const runner = (sql: postgres.Sql) => ({
	run: async (script: string) => toResults(await sql.unsafe(script)),
});

function newRace(owner: postgres.Sql, api: postgres.Sql): Race {
	const attempt = (token: Token | 'secret key', statement: string) =>
		token === 'secret key'
			? attemptWithSecretKey(runner(api), statement)
			: attemptAs(runner(api), token, statement);
	async function holdIn(hold: string): Promise<postgres.ReservedSql> {
		const holder = await owner.reserve();
		await holder`begin`;
		await holder.unsafe(hold);
		return holder;
	}
	async function countWaiting(holder: postgres.ReservedSql): Promise<number> {
		const [row] = await holder<{ waiting: number }[]>`
			select count(distinct pid)::integer as waiting from pg_locks where not granted`;
		return row?.waiting ?? 0;
	}
	async function letGo(holder: postgres.ReservedSql): Promise<void> {
		await holder`commit`;
		holder.release();
	}
	const refusalOf = ({ hint, code }: Outcome) => hint ?? code;

	return {
		owner,
		api,
		async makePerson(name) {
			const [person] = await owner<{ id: string }[]>`
				insert into auth.users (id, email, email_confirmed_at, created_at)
				values (gen_random_uuid(), ${`${name}@tests.example`}, now(), now()) returning id`;
			if (!person) throw new Error('Nobody was made.');
			await owner`insert into auth.sessions (id, user_id, created_at) values (gen_random_uuid(), ${person.id}, now())`;
			return person.id;
		},
		async tokenOf(person) {
			const [session] = await owner<{ id: string }[]>`
				select id from auth.sessions where user_id = ${person}`;
			return { sub: person, session_id: session?.id ?? '' };
		},
		call: async (token, call) => refusalOf(await attempt(token, `select public.${call}`)) ?? 'done',
		async ask(token, statement) {
			const outcome = await attempt(token, statement);
			return refusalOf(outcome) ?? Object.values(outcome.rows[0] ?? {})[0];
		},
		async meet(hold, acts, meanwhile) {
			const holder = await holdIn(hold);
			let over = 0;
			const acting = acts.map((act) => act().finally(() => (over += 1)));
			while ((await countWaiting(holder)) < acts.length) {
				if (over > 0) throw new Error('It was over before it had to wait.');
			}
			await meanwhile?.(holder);
			await letGo(holder);
			return Promise.all(acting);
		},
		async pass(hold, act) {
			const holder = await holdIn(hold);
			let over = false;
			const acting = act().finally(() => (over = true));
			while (!over) {
				if ((await countWaiting(holder)) > 0) throw new Error('It had to wait.');
			}
			await letGo(holder);
			return acting;
		},
		async close() {
			await Promise.all([owner.end({ timeout: 0 }), api.end({ timeout: 0 })]);
		},
	};
}
