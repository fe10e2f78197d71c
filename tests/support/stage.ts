import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalSupabase, type LocalSupabase } from '../../supabase/local/start.ts';
import { makeDataFolder } from './backend.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { freePorts, startServer } from './server.ts';
import { Visitor } from './visitor.ts';

/** One process of the production build. */
export type Door = {
	url: string;
	visitor(): Visitor;
	/** What the app has logged so far, a line each. */
	log(): string[];
	stop(): Promise<void>;
};

/** The production build before a backend that the test can break: by SQL, by cutting connections, by stopping it. */
export type Stage = Door & {
	proxy: Proxy;
	/** Where the backend keeps its data, keys and mails. */
	data: string;
	/** The one that runs now. */
	readonly backend: LocalSupabase;
	/** Stops the backend and starts it again, with the same data at the same address. */
	restart(): Promise<void>;
	/** Runs SQL past every policy: faults are made and outcomes are looked at with it. */
	sql<T = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<T[]>;
	/** Several statements. */
	script(text: string): Promise<void>;
	/** The link of the newest mail to this address, as a path of the app. */
	linkFor(email: string): Promise<string>;
	/** How many mails have been sent to this address. */
	countMails(email: string): Promise<number>;
	/** Another process of the app before the same backend. */
	openDoor(env: NodeJS.ProcessEnv): Promise<Door>;
};

export async function startStage(databaseUrl?: string): Promise<Stage> {
	const folder = makeDataFolder();
	const [port = 0, backendPort = 0] = await freePorts(2);
	const startBackend = () =>
		startLocalSupabase(
			{
				databaseUrl,
				local: { port: backendPort, data: folder.data },
				origin: `http://127.0.0.1:${port}`,
				showsInbox: true,
				seedsPeople: false,
			},
			() => undefined,
		);
	let backend = await startBackend();
	const proxy = await startProxy(backend.url);
	const openDoor = (env: NodeJS.ProcessEnv, at: number) =>
		startDoor(at, join(folder.data, `app-${at}`), {
			PUBLIC_SUPABASE_URL: proxy.url,
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.publishableKey,
			SUPABASE_SECRET_KEY: backend.secretKey,
			...env,
		});
	const door = await openDoor({}, port);
	const listMails = async (email: string) => {
		const mails: { to: string; html: string }[] = await (
			await fetch(`${backend.url}/inbox.json`)
		).json();
		return mails.filter((mail) => mail.to === email);
	};
	return {
		...door,
		proxy,
		data: folder.data,
		get backend() {
			return backend;
		},
		async restart() {
			await backend.stop();
			backend = await startBackend();
		},
		sql: (text, parameters) =>
			backend.database.exclusive(() => backend.database.query(text, parameters)),
		script: (text) => backend.database.exclusive(() => backend.database.transaction(text)),
		async linkFor(email) {
			const html = (await listMails(email))[0]?.html ?? '';
			const link = /href="([^"]*\/confirm\?[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
			if (!link) throw new Error(`No mail with a link to ${email}`);
			return link.slice(new URL(link).origin.length);
		},
		countMails: async (email) => (await listMails(email)).length,
		openDoor: async (env) => {
			const [free = 0] = await freePorts(1);
			return openDoor(env, free);
		},
		async stop() {
			await door.stop();
			await proxy.stop();
			await backend.stop();
			rmSync(folder.data, { recursive: true, force: true });
		},
	};
}

async function startDoor(port: number, folder: string, env: NodeJS.ProcessEnv): Promise<Door> {
	const url = `http://127.0.0.1:${port}`;
	const app = await startServer({
		name: 'The app',
		folder,
		command: process.execPath,
		args: ['build/index.js'],
		env: {
			...process.env,
			NODE_ENV: 'production',
			HOST: '127.0.0.1',
			PORT: `${port}`,
			ORIGIN: url,
			ADDRESS_HEADER: 'x-forwarded-for',
			// A backend that starts in the test's own process blocks it for seconds: no idle connection may end meanwhile.
			KEEP_ALIVE_TIMEOUT: '60',
			...env,
		},
		ready: async () => (await fetch(`${url}/healthz`).catch(() => null))?.ok ?? false,
	});
	return {
		url,
		visitor: () => new Visitor(url),
		log: () => app.output().split('\n').filter(Boolean),
		stop: () => app.stop(),
	};
}
