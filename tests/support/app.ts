import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOrCreateKeys } from '../../supabase/local/keys.ts';
import { freePorts, startServer } from './server.ts';

export type App = {
	url: string;
	/** Where mail arrives: an address that speaks Mailpit's API. */
	inboxUrl: string;
	/** The backend, and the key of the trusted parts: for what in the app itself only the worker does. */
	backend: { url: string; secretKey: string };
	/** What the app has logged so far. */
	output(): string;
	stop(): Promise<void>;
};

/** The backend to test against. What the environment leaves out is not taken from a developer's `.env`. */
const BACKEND = [
	'PUBLIC_SUPABASE_URL',
	'PUBLIC_SUPABASE_PUBLISHABLE_KEY',
	'SUPABASE_SECRET_KEY',
	'DATABASE_URL',
];

/**
 * The production build, as `npm start` runs it, on free ports: with an embedded backend
 * and data of its own, or against the project that the environment names.
 */
export async function startApp(): Promise<App> {
	const [port, backendPort] = await freePorts(2);
	const url = `http://127.0.0.1:${port}`;
	const folder = mkdtempSync(join(tmpdir(), 'gatehouse-app-'));
	const server = await startServer({
		name: 'The app',
		folder,
		command: process.execPath,
		args: ['src/cli/start.ts', '--inbox', '--demo'],
		env: {
			...process.env,
			...Object.fromEntries(BACKEND.map((name) => [name, process.env[name] ?? ''])),
			NODE_ENV: 'production',
			HOST: '127.0.0.1',
			PORT: `${port}`,
			ORIGIN: url,
			ADDRESS_HEADER: 'x-forwarded-for',
			LOCAL_SUPABASE_PORT: `${backendPort}`,
			LOCAL_SUPABASE_DATA: join(folder, 'data'),
		},
		ready: () => isReady(url),
	});
	return {
		url,
		backend: {
			url: process.env.PUBLIC_SUPABASE_URL ?? `http://127.0.0.1:${backendPort}`,
			secretKey:
				process.env.SUPABASE_SECRET_KEY ?? readOrCreateKeys(join(folder, 'data')).secretKey,
		},
		inboxUrl: process.env.INBOX_URL ?? `http://127.0.0.1:${backendPort}/inbox`,
		output: () => server.output(),
		stop: () => server.stop(),
	};
}

async function isReady(url: string): Promise<boolean> {
	try {
		return (await fetch(`${url}/readyz`)).ok;
	} catch {
		return false;
	}
}
