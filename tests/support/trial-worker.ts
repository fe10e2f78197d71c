/** A worker as it ships, but for its tasks, and with leases that a test can wait for. */
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import pino from 'pino';
import type { Database } from '../../src/lib/supabase/database.types.ts';
import { createQueue } from '../../src/worker/queue.ts';
import { startRunner } from '../../src/worker/runner.ts';
import type { Task } from '../../src/worker/task.ts';

const leaseSeconds = 2;
const { PUBLIC_SUPABASE_URL: url = '', SUPABASE_SECRET_KEY: secretKey = '' } = process.env;
const db = createClient<Database>(url, secretKey, { auth: { persistSession: false } });

/** The functions of the trial are not among those of the app. */
async function call(name: string, body: object): Promise<void> {
	const response = await fetch(`${url}/rest/v1/rpc/${name}`, {
		method: 'POST',
		headers: { apikey: secretKey, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
}

/** Some steps with other work between them, then the end that must come once. */
const inSteps: Task = async ({ job }) => {
	const of = { job_id: job.id, token: job.token, subject_id: job.subjectId };
	for (let step = 1; step <= 3; step += 1) {
		await setTimeout(Math.random() * 30);
		await call('trial_step', { ...of, step });
	}
	await call('trial_end', of);
};

/** Long enough for the test to see it run, and for another worker to come. */
const slow: Task = async (work) => {
	await setTimeout(4000);
	await inSteps(work);
};

const endless: Task = ({ signal }) => setTimeout(3_600_000, undefined, { signal });

const runner = startRunner({
	queue: createQueue(db, `trial:${process.pid}`, leaseSeconds),
	db,
	tasks: {
		'trial.steps': inSteps,
		'trial.slow': slow,
		'trial.endless': endless,
		'trial.nothing': ({ finish }) => finish(),
		'trial.broken': () => Promise.reject(new Error('broken')),
	},
	concurrency: 10,
	leaseSeconds,
	log: pino({ level: 'warn' }),
});
process.on('message', (message) => {
	if (message === 'work') runner.wake();
	if (message === 'memory') {
		globalThis.gc?.();
		process.send?.({ heap: process.memoryUsage().heapUsed });
	}
});
process.once('SIGTERM', async () => {
	await runner.stop();
	process.exit(0);
});
process.send?.('ready');
