import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { App } from '@supabase/lite';
import type { Settings } from '../../src/cli/settings.ts';
import { readConfig, readSmtp } from './config.ts';
import { readDeclared } from './declared.ts';
import { openPglite, openPostgres, type Database } from './database.ts';
import { Inbox } from './inbox.ts';
import { showInbox } from './inbox-pages.ts';
import { readOrCreateKeys } from './keys.ts';
import { lockFolder } from './lock.ts';
import { createMailer } from './mailer.ts';
import { applyMigrations, listMigrations } from './migrations.ts';
import { enforcePrivileges } from './privileges.ts';
import { createRoles } from './roles.ts';
import { seedDemoPeople } from './seed.ts';
import { listen, readWhole, text, type Handler } from './server.ts';

export type LocalSupabase = {
	url: string;
	publishableKey: string;
	secretKey: string;
	/** For whoever started it in their own process; over the network there is no way to it. */
	database: Database;
	stop(): Promise<void>;
};

export type LocalOptions = Pick<Settings, 'databaseUrl' | 'local'> & {
	/** Where the app is, for the links in mails. */
	origin: string;
	/** Shows the sent mails at /inbox: for development and tests. */
	showsInbox: boolean;
	/** Makes two people to log in as: for development. */
	seedsPeople: boolean;
	/** Hears that a job has been put into the queue. */
	onWork?: () => void;
};

/** Starts the embedded backend; whatever stands in the way is a StartError. `report` hears each step. */
export async function startLocalSupabase(
	{ databaseUrl, local, origin, showsInbox, seedsPeople, onWork }: LocalOptions,
	report: (step: string) => void,
): Promise<LocalSupabase> {
	mkdirSync(local.data, { recursive: true, mode: 0o700 });
	const lock = lockFolder(local.data);
	try {
		const keys = readOrCreateKeys(local.data);
		report(databaseUrl ? 'connecting to PostgreSQL' : 'opening the database');
		const database = databaseUrl
			? await openPostgres(databaseUrl)
			: await openPglite(join(local.data, 'db'));
		try {
			const smtp = readSmtp();
			if (!smtp && !showsInbox) {
				report('nobody will get mail: set [auth.email.smtp] in supabase/config.toml');
			}
			const inbox = new Inbox(join(local.data, 'inbox.jsonl'));
			const app = new App({
				...readConfig(origin, keys),
				connection: database.connection,
				options: {
					server: { admin: false },
					drivers: { email: createMailer(smtp, inbox, database) },
				},
			});
			await createRoles(database);
			await app.ensureSystemSchema();
			const applied = await applyMigrations(database, listMigrations());
			if (applied > 0) report(`${applied} migrations applied`);
			report('checking privileges');
			await enforcePrivileges(database, await readDeclared(local.data));

			const answering = new Set<Promise<Response>>();
			const serve = (request: Request) => {
				const answer = database.exclusive(async () => {
					const response = await app.fetch(request);
					return new Response(response.body && (await response.arrayBuffer()), response);
				});
				answering.add(answer);
				const done = () => answering.delete(answer);
				answer.then(done, done);
				return answer;
			};
			if (onWork) await database.listen('gatehouse_jobs', onWork);
			if (seedsPeople) {
				report('making the demo accounts');
				await seedDemoPeople({
					database,
					inbox,
					fetch: serve,
					publishableKey: keys.publishableKey,
				});
			}

			const handler: Handler = async (request) => {
				const { pathname } = new URL(request.url);
				if (showsInbox && /^\/inbox(\.json$|\/|$)/.test(pathname)) return showInbox(inbox, request);
				if (!/^\/(auth|rest)\/v1(\/|$)/.test(pathname)) return text(404, 'Not found.');
				const whole = await readWhole(request);
				return whole ? serve(whole) : text(413, 'The request is too large.');
			};
			const server = await listen(local.port, handler);
			return {
				url: `http://127.0.0.1:${local.port}`,
				publishableKey: keys.publishableKey,
				secretKey: keys.secretKey,
				database,
				async stop() {
					server.close();
					server.closeIdleConnections();
					// What is being answered is finished: an account must not be left without its mail.
					await Promise.allSettled(answering);
					await database.exclusive(() => database.close());
					server.closeAllConnections();
					lock.release();
				},
			};
		} catch (error) {
			await database.close();
			throw error;
		}
	} catch (error) {
		lock.release();
		throw error;
	}
}
