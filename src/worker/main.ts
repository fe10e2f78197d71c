import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import pino from 'pino';
import { run, whenToldToStop } from '../cli/run.ts';
import { readSettings } from '../cli/settings.ts';
import { findTrustedBackend } from '../cli/trusted-backend.ts';
import type { Database } from '../lib/supabase/database.types.ts';
import { scrub } from '../lib/scrub.ts';
import { createQueue } from './queue.ts';
import { requireServiceRole } from './require-service-role.ts';
import { startRunner } from './runner.ts';
import { tasks } from './tasks.ts';
import { listenForWork } from './wake.ts';

/**
 * Does the work that people have put into the queue. Any number of workers at once; one that dies is followed by
 * another.
 */
const leaseSeconds = 15;
const concurrency = 10;

await run(async () => {
	const settings = readSettings();
	const { url, secretKey } = findTrustedBackend(settings);
	const db = createClient<Database>(url, secretKey, {
		auth: { persistSession: false, autoRefreshToken: false },
		global: {
			fetch: (input, init) =>
				fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(30_000) }),
		},
	});
	await requireServiceRole(db, url);

	const log = pino(
		{ level: process.env['LOG_LEVEL'] ?? 'info', base: null, hooks: { streamWrite: scrub } },
		// Each line at once. What is left for the end is written there again and again until somebody reads it, and when the
		// launcher is gone nobody does: the process would never end.
		pino.destination({ sync: true }),
	);
	const worker = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
	const queue = createQueue(db, worker, leaseSeconds);
	const runner = startRunner({ queue, db, tasks, concurrency, leaseSeconds, log });
	const listening = await listenForWork(settings, runner.wake, log);
	log.info({ event: 'worker.ready', worker, kinds: Object.keys(tasks) });
	process.send?.('ready');

	let stopping = false;
	const stop = async () => {
		if (stopping) return;
		stopping = true;
		await runner.stop();
		await listening.stop();
		log.info({ event: 'worker.stopped', worker });
		process.exit(0);
	};
	whenToldToStop(stop);
	process.once('disconnect', stop);
});
