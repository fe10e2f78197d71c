import { PostgresConnection } from '@supabase/lite/postgres';
import { PgliteConnection } from '@supabase/lite/pglite';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { StartError } from '../../src/cli/settings.ts';
import { createQueue } from './exclusive.ts';

/** The database below the embedded backend: what the backend's own SQL goes through. */
export type Database = {
	connection: PgliteConnection | PostgresConnection;
	query<T>(sql: string, parameters?: unknown[]): Promise<T[]>;
	/** Several statements as one transaction: all or none. */
	transaction(sql: string): Promise<void>;
	/**
	 * Runs a task while nothing else uses the database. PGlite is one session for everybody: two requests at once would
	 * share one transaction, and the second would switch the first one's role. PostgreSQL has a session for each and
	 * runs the task as it comes.
	 */
	exclusive<T>(task: () => Promise<T>): Promise<T>;
	/** Hears what the database notifies on a channel. */
	listen(channel: string, hear: () => void): Promise<void>;
	close(): Promise<void>;
};

/** PGlite in `folder`, or in memory without one. */
export async function openPglite(folder?: string, options?: PGliteOptions): Promise<Database> {
	if (folder && !existsSync(folder)) await createPglite(folder);
	const connection = new PgliteConnection({
		...(folder ? { url: folder } : {}),
		// PGlite only has the extensions that it is opened with.
		pgliteOptions: { ...options, extensions: { pg_trgm, ...options?.extensions } },
	});
	const { driver } = connection;
	try {
		await driver.waitReady;
	} catch (error) {
		throw new StartError(
			`The database in ${folder} could not be opened: ${firstLine(error)} Run "npm run db:reset" to start with an empty one.`,
		);
	}
	return {
		connection,
		query: async <T>(sql: string, parameters?: unknown[]) =>
			(await driver.query<T>(sql, parameters)).rows,
		transaction: (sql) =>
			driver.transaction(async (session) => {
				await session.exec(sql);
			}),
		exclusive: createQueue(),
		listen: async (channel, hear) => {
			await driver.listen(channel, hear);
		},
		close: () => connection.close(),
	};
}

/** Made under another name first: a start that is killed in the middle leaves nothing that the next one would trust. */
async function createPglite(folder: string): Promise<void> {
	const draft = `${folder}.new`;
	rmSync(draft, { recursive: true, force: true });
	// For its owner's eyes only: in it are the hashes of passwords.
	mkdirSync(draft, { mode: 0o700 });
	const made = new PGlite(draft);
	await made.close();
	renameSync(draft, folder);
}

/** Any other number would do: it names "the embedded backend of Gatehouse" among the database's locks. */
const advisoryLock = 7_472_638_021;

const jsonType = 114;
const jsonbType = 3802;

/**
 * The backend hands over JSON that is written out already. The driver would write it out once more, and the metadata of
 * an account would be one long string in which nobody finds the name. On PGlite such text stays as it is; here too.
 */
function writeJson(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

export async function openPostgres(url: string): Promise<Database> {
	const connection = new PostgresConnection({
		url,
		postgresOptions: { onnotice: () => undefined, connect_timeout: 5 },
	});
	const sql = connection.driver;
	for (const type of [jsonType, jsonbType]) sql.options.serializers[type] = writeJson;
	const close = () => sql.end({ timeout: 5 });
	try {
		const [project] = await sql`select from pg_roles where rolname = 'supabase_auth_admin'`;
		if (project) {
			// Nothing may be set up in there: whatever comes after this line grants too much for a moment.
			throw new StartError(
				'DATABASE_URL names the database of a Supabase project, which has an auth server of its own. To use that project, set PUBLIC_SUPABASE_URL and PUBLIC_SUPABASE_PUBLISHABLE_KEY.',
			);
		}
		// Setting up the roles grants too much for a moment; no second backend may serve in that moment.
		const guard = await sql.reserve();
		const [lock] = await guard<{ held: boolean }[]>`
			select pg_try_advisory_lock(${advisoryLock}::bigint) as held`;
		if (!lock?.held) {
			throw new StartError(
				'Another embedded backend is using the database in DATABASE_URL. Stop it first.',
			);
		}
	} catch (error) {
		await close();
		if (error instanceof StartError) throw error;
		throw new StartError(`The database in DATABASE_URL cannot be used: ${firstLine(error)}`);
	}
	return {
		connection,
		query: async <T>(text: string, parameters: unknown[] = []) =>
			Array.from(await sql.unsafe<T[]>(text, parameters)),
		transaction: async (text) => {
			await sql.begin((session) => session.unsafe(text));
		},
		exclusive: (task) => task(),
		listen: async (channel, hear) => {
			await sql.listen(channel, hear);
		},
		close,
	};
}

function firstLine(error: unknown): string {
	const text = error instanceof Error ? error.message || error.name : String(error);
	return text.split('\n')[0]?.replace(/\.?$/, '.') ?? '';
}
