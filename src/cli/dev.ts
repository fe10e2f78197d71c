import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import pretty from 'pino-pretty';
import { demoPeople } from '../../supabase/local/seed.ts';
import { startBackend } from './backend.ts';
import { requireFreePort, run, startNode, superviseUntilStopped } from './run.ts';
import { readSettings, StartError } from './settings.ts';
import { startWorker, withoutWorker } from './worker.ts';

const port = 5173;
const origin = `http://localhost:${port}`;

await run(async () => {
	const settings = readSettings();
	await requireFreePort(port, 'Set another port in vite.config.ts and in src/cli/dev.ts.');
	const report = (text: string) => console.log(`  ${text} …`);
	console.log('Gatehouse starts');
	const backend = await startBackend(settings, { origin, flags: ['--inbox', '--demo'], report });
	const inbox = `${backend.project.url}/inbox`;
	report('starting the app');
	const app = startNode(['node_modules/vite/bin/vite.js', 'dev', '--logLevel', 'warn'], {
		PUBLIC_SUPABASE_URL: backend.project.url,
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.project.publishableKey,
		SUPABASE_SECRET_KEY: backend.project.secretKey,
		PUBLIC_INBOX_URL: backend.child ? inbox : process.env['PUBLIC_INBOX_URL'],
	});
	const show = (output: Readable | null) =>
		output?.pipe(pretty({ ignore: 'requestId', translateTime: 'HH:MM:ss', singleLine: true }));
	show(app.stdout);
	const worker = backend.project.secretKey ? await startWorker(backend, show) : null;
	await waitUntilUp(app);
	console.log(`
  App       ${origin}
  Backend   ${backend.project.url}`);
	if (backend.child) {
		console.log(`  Inbox     ${inbox}
${demoPeople.map((each) => `  Log in    ${each.email} / ${each.password} (${each.role})`).join('\n')}`);
	}
	console.log(`
  Next: open the app, sign up, and find the mail with its link in the inbox. Stop with Ctrl+C.\n`);
	if (!worker) console.log(withoutWorker);
	process.exitCode = await superviseUntilStopped(
		[app, ...(backend.child ? [backend.child] : [])],
		async () => worker?.stop(),
	);
});

/** Each try asks anew, as a server that does not listen yet cannot tell when it will. */
async function waitUntilUp(app: ChildProcess): Promise<void> {
	for (;;) {
		const answer = await fetch(`${origin}/healthz`).catch(() => null);
		if (answer?.ok) return;
		if (answer || app.exitCode !== null) {
			throw new StartError('The app could not start. The lines above say why.');
		}
		await setTimeout(100);
	}
}
