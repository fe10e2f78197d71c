/** Throw-away databases for tests that speak SQL, the same for both engines. */
import { readdirSync, readFileSync } from 'node:fs';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgtap } from '@electric-sql/pglite/pgtap';
import { App } from '@supabase/lite';
import { PgliteConnection } from '@supabase/lite/pglite';
import { readPgtap } from './pgtap.ts';
import { startPostgres } from './postgres.ts';

export type Row = Record<string, unknown>;

export type TestDatabase = {
	/** Runs a script of one statement or more, and answers the rows of each. */
	run(script: string): Promise<Row[][]>;
	/** Runs it as the auth server, who signs people up. */
	runAsAuthServer(script: string): Promise<Row[][]>;
	close(): Promise<void>;
};

export type Engine = {
	name: string;
	/** A new database as a project has it before its first migration: the schema auth and the roles. */
	open(): Promise<TestDatabase>;
	stop(): Promise<void>;
};

/** The embedded backend's schema and roles, on PGlite. */
export function startPglite(): Engine {
	// Making the schema takes seconds, copying it does not.
	let original: Promise<PgliteConnection> | undefined;
	return {
		name: 'PGlite',
		async open() {
			original ??= prepare();
			const copy = await (await original).driver.clone();
			const run = async (script: string) =>
				(await copy.exec(script)).map((result): Row[] => result.rows);
			return { run, runAsAuthServer: run, close: () => copy.close() };
		},
		stop: async () => (await original)?.close(),
	};
}

async function prepare(): Promise<PgliteConnection> {
	const connection = new PgliteConnection({ pgliteOptions: { extensions: { pg_trgm, pgtap } } });
	await connection.driver.exec(`
		create role anon nologin;
		create role authenticated nologin;
		create role service_role nologin bypassrls;
	`);
	await new App({ connection, storage: { enabled: false } }).ensureSystemSchema();
	return connection;
}

/** PostgreSQL in the shape of a hosted project, or null where the machine has none. */
export async function startHostedShape(): Promise<Engine | null> {
	const server = await startPostgres({ superuser: 'supabase_admin' });
	if (!server) return null;

	const admin = server.connect({ max: 1 });
	await admin.unsafe(readFixture('hosted-roles.sql'));
	// It comes between two tests whenever it likes, finds tables empty whose rows were taken back, and what is planned then
	// reads the whole of them.
	await admin.unsafe('alter system set autovacuum = off');
	await admin.unsafe('select pg_reload_conf()');
	const [version] = await admin<{ name: string }[]>`
		select split_part(version(), '.', 1) as name`;
	const pgtap = readPgtap();

	let count = 0;
	return {
		name: `${version?.name} in the shape of a hosted project`,
		async open() {
			const database = `test_${++count}`;
			await admin.unsafe(`create database ${database}`);
			const owner = server.connect({ database, max: 1 });
			await owner.unsafe(readFixture('hosted-auth.sql'));
			await owner.unsafe(`
				create schema extensions;
				grant usage on schema extensions to public;
				set search_path = extensions;
				${pgtap};
			`);
			const asPostgres = server.connect({ database, user: 'postgres', max: 1 });
			const asAuthServer = server.connect({ database, user: 'supabase_auth_admin', max: 1 });
			const runner = (sql: typeof owner) => async (script: string) =>
				toResults(await sql.unsafe(script));
			return {
				run: runner(asPostgres),
				runAsAuthServer: runner(asAuthServer),
				async close() {
					await Promise.all(
						[owner, asPostgres, asAuthServer].map((sql) => sql.end({ timeout: 0 })),
					);
				},
			};
		},
		stop: () => server.stop(),
	};
}

/** The driver answers a script of one statement with its rows, and a longer one with a list of them. */
export function toResults(answer: readonly (Row | readonly Row[])[]): Row[][] {
	const lists = answer.filter((item): item is readonly Row[] => Array.isArray(item));
	const rows = answer.filter((item): item is Row => !Array.isArray(item));
	return lists.length > 0 ? lists.map((list) => [...list]) : [rows];
}

/** Runs the migrations in their order; `wanted` can leave some for later. */
export async function migrate(
	database: Runner,
	wanted: (file: string) => boolean = () => true,
): Promise<void> {
	const folder = 'supabase/migrations';
	for (const file of readdirSync(folder).sort()) {
		if (file.endsWith('.sql') && wanted(file))
			await database.run(readFileSync(`${folder}/${file}`, 'utf8'));
	}
}

export type Outcome = { code: string | null; hint: string | null; message: string; rows: Row[] };

/** What runs a statement, or several, and answers the rows of each. */
type Runner = Pick<TestDatabase, 'run'>;

/** What comes of a statement: its rows, or the SQLSTATE with which it failed. */
export function attempt(database: TestDatabase, statement: string): Promise<Outcome> {
	return outcomeOf(database.run(statement));
}

/** The same as somebody who asks over the API, with the claims of their token. */
export function attemptAs(
	database: Runner,
	claims: { sub?: string; session_id?: string },
	statement: string,
): Promise<Outcome> {
	return attemptWith(database, { ...claims, role: 'authenticated' }, statement);
}

/** The same with the publishable key and nobody's token. */
export function attemptAsAnonymous(database: TestDatabase, statement: string): Promise<Outcome> {
	return attemptWith(database, { role: 'anon' }, statement);
}

/** The same with the secret key. */
export function attemptWithSecretKey(database: Runner, statement: string): Promise<Outcome> {
	return attemptWith(database, { role: 'service_role' }, statement);
}

function attemptWith(
	database: Runner,
	claims: { sub?: string; role: string },
	statement: string,
): Promise<Outcome> {
	const settings = `
		select set_config('request.jwt.claims', '${JSON.stringify(claims)}', true),
			set_config('request.jwt.claim.sub', '${claims.sub ?? ''}', true),
			set_config('role', '${claims.role}', true)`;
	return outcomeOf(database.run(`${settings}; ${statement}`));
}

/** What comes of a statement of the auth server's. */
export function attemptAsAuthServer(database: TestDatabase, statement: string): Promise<Outcome> {
	return outcomeOf(database.runAsAuthServer(statement));
}

async function outcomeOf(running: Promise<Row[][]>): Promise<Outcome> {
	try {
		return { code: null, hint: null, message: '', rows: (await running).at(-1) ?? [] };
	} catch (error) {
		if (!(error instanceof Error && 'code' in error)) throw error;
		const hint = 'hint' in error && error.hint ? String(error.hint) : null;
		return { code: String(error.code), hint, message: error.message, rows: [] };
	}
}

/** The column `name` of a query, sorted. */
export async function listOf(database: Runner, query: string): Promise<string[]> {
	const [rows] = await database.run(query);
	return (rows ?? []).map((row) => String(row['name'])).sort();
}

export function readFixture(name: string): string {
	return readFileSync(`tests/fixtures/${name}`, 'utf8');
}
