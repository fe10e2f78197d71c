import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import type { Database } from '../lib/supabase/database.types.ts';
import { run } from './run.ts';
import { readSettings, StartError } from './settings.ts';
import { findTrustedBackend } from './trusted-backend.ts';

const usage = 'Say whom: npm run make-admin -- someone@example.com';

/** What is in the way, by the name that the database gives it. */
const obstacles: Record<string, (email: string) => string> = {
	no_account: (email) => `There is no account with the address ${email}. Sign up first.`,
	not_confirmed: (email) =>
		`The address ${email} has not been confirmed. Open the link in the mail first.`,
	suspended: (email) => `The account of ${email} is suspended. Let an admin restore it first.`,
	several_accounts: (email) =>
		`Several accounts have the address ${email}. Log in as an admin and choose one there.`,
};

/** Makes somebody an admin. From then on admins make admins. */
await run(async () => {
	const [email, ...rest] = process.argv.slice(2);
	if (!email?.includes('@') || rest.length > 0) throw new StartError(usage);
	const settings = readSettings();
	const { databaseUrl, project } = settings;
	const changed =
		databaseUrl && !project?.secretKey
			? await makeAdminInDatabase(databaseUrl, email)
			: await makeAdminOverApi(findTrustedBackend(settings), email);
	console.log(changed ? `${email} is an admin now.` : `${email} is an admin already.`);
});

type Backend = { url: string; secretKey: string };

async function makeAdminOverApi({ url, secretKey }: Backend, email: string): Promise<boolean> {
	const client = createClient<Database>(url, secretKey, { auth: { persistSession: false } });
	const { data, error, status } = await client.rpc('make_admin', { email });
	if (status === 0) {
		throw new StartError(`There is no answer from ${url}. Start it first, and try again.`);
	}
	if (!error) return data;
	throw new StartError(
		obstacles[error.hint]?.(email) ??
			`${url} refused with ${error.code || status}: ${error.message}`,
	);
}

/** Whoever may connect as the owner of the tables may do this too, whether a backend runs or not. */
async function makeAdminInDatabase(url: string, email: string): Promise<boolean> {
	const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
	try {
		const [row] = await sql<{ changed: boolean }[]>`select public.make_admin(${email}) as changed`;
		return row?.changed ?? false;
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		const obstacle = error instanceof postgres.PostgresError && obstacles[error.hint ?? ''];
		throw new StartError(
			obstacle
				? obstacle(email)
				: `The database in DATABASE_URL refused: ${error.message || error.name}`,
		);
	} finally {
		await sql.end({ timeout: 5 });
	}
}
