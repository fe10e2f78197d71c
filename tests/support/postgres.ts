/** A throw-away PostgreSQL server for tests, where its programs can be found on the machine. */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import postgres from 'postgres';
import { freePorts, startServer, type Owner } from './server.ts';
import { until } from './until.ts';

/** The oldest version that Supabase runs. */
const OLDEST = 15;

const PLACES = [
	'/usr/lib/postgresql/*/bin',
	'/usr/pgsql-*/bin',
	'/opt/homebrew/opt/postgresql@*/bin',
	'/usr/local/opt/postgresql@*/bin',
	'/Applications/Postgres.app/Contents/Versions/*/bin',
	'C:/Program Files/PostgreSQL/*/bin',
];

/** Only this machine reaches it, and nothing in it is worth keeping. */
const SETTINGS = [
	'listen_addresses=127.0.0.1',
	'unix_socket_directories=',
	'fsync=off',
	'full_page_writes=off',
];

export type Programs = { version: number; folder: string };

export type Postgres = {
	url: string;
	connect(options?: { database?: string; user?: string; max?: number }): postgres.Sql;
	/** Its log so far. */
	output(): string;
	/** Kills one of its processes: it drops every connection, recovers, and answers again. */
	crash(): Promise<void>;
	stop(): Promise<void>;
};

/**
 * Null when the machine has no PostgreSQL: tests that need it are then skipped by name,
 * with `describe.skipIf(!server)('… on PostgreSQL', …)`.
 * `superuser` is the first role: a hosted project has `supabase_admin`, and `postgres` without the right.
 */
export async function startPostgres({ superuser = 'postgres' } = {}): Promise<Postgres | null> {
	const programs = findPostgres();
	if (!programs) return null;

	const owner = unprivilegedOwner();
	const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));
	if (owner) chownSync(folder, owner.uid, owner.gid);
	const data = join(folder, 'data');
	execFileSync(
		join(programs.folder, 'initdb'),
		['-D', data, '-U', superuser, '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'],
		{ ...owner, cwd: folder, stdio: 'pipe' },
	);

	const [port = 0] = await freePorts(1);
	const url = `postgres://${superuser}@127.0.0.1:${port}/postgres`;
	const server = await startServer({
		name: `PostgreSQL ${programs.version}`,
		folder,
		command: join(programs.folder, 'postgres'),
		args: ['-D', data, '-p', `${port}`, ...SETTINGS.flatMap((setting) => ['-c', setting])],
		owner,
		ready: () => answers(url),
	});

	const open: postgres.Sql[] = [];
	return {
		url,
		connect({ database = 'postgres', user = superuser, max = 10 } = {}) {
			const sql = postgres(url, { database, user, max, onnotice: () => undefined });
			open.push(sql);
			return sql;
		},
		output: () => server.output(),
		async crash() {
			const before = await findCheckpointer(url);
			if (!before) throw new Error('PostgreSQL does not answer.');
			process.kill(before, 'SIGKILL');
			await until('PostgreSQL to recover', async () => {
				const now = await findCheckpointer(url);
				return now !== null && now !== before;
			});
		},
		async stop() {
			await Promise.all(open.map((sql) => sql.end({ timeout: 0 })));
			await server.stop();
		},
	};
}

/** The newest of those on the PATH and in the usual places, or null. */
export function findPostgres(): Programs | null {
	const suffix = process.platform === 'win32' ? '.exe' : '';
	const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	const found = [...onPath, ...globSync(PLACES)]
		.filter((folder) => existsSync(join(folder, `initdb${suffix}`)))
		.map((folder) => ({ folder, version: versionOf(join(folder, `postgres${suffix}`)) }))
		.filter(({ version }) => version >= OLDEST)
		.sort((a, b) => b.version - a.version);
	return found[0] ?? null;
}

function versionOf(program: string): number {
	if (!existsSync(program)) return 0;
	const said = execFileSync(program, ['--version'], { encoding: 'utf8' });
	return Number(/\d+/.exec(said)?.[0] ?? 0);
}

/** PostgreSQL refuses to run as root; then it runs as somebody who may do less. */
function unprivilegedOwner(): Owner | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const people = readFileSync('/etc/passwd', 'utf8');
	const line = /^postgres:.*$/m.exec(people) ?? /^nobody:.*$/m.exec(people);
	const [, , uid, gid] = line?.[0].split(':') ?? [];
	if (!uid || !gid)
		throw new Error('PostgreSQL must not run as root, and there is no user to run it as.');
	return { uid: Number(uid), gid: Number(gid) };
}

async function answers(url: string): Promise<boolean> {
	return (await findCheckpointer(url)) !== null;
}

/** The id of a process that every server has from its start; null when it does not answer. */
async function findCheckpointer(url: string): Promise<number | null> {
	const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
	try {
		const [row] = await sql<{ pid: number }[]>`
			select pid from pg_stat_activity where backend_type = 'checkpointer'`;
		return row?.pid ?? null;
	} catch {
		return null;
	} finally {
		await sql.end({ timeout: 0 });
	}
}
