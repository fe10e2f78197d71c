import { existsSync } from 'node:fs';
import { startBackend } from './backend.ts';
import { build } from './programs.ts';
import { requireFreePort, run, startNode, superviseUntilStopped } from './run.ts';
import { readSettings, StartError } from './settings.ts';
import { startWorker, withoutWorker } from './worker.ts';

/** The production build. `--inbox` shows the mails of the embedded backend at /inbox, for trying it out. */
await run(async () => {
	if (!existsSync('build/index.js')) {
		throw new StartError('There is no build yet. Run "npm run build" first.');
	}
	const settings = readSettings();
	await requireFreePort(settings.port, 'Set PORT to another port.');
	const origin = settings.origin ?? `http://localhost:${settings.port}`;
	const flags = process.argv.slice(2);
	const backend = await startBackend(settings, {
		origin,
		flags,
		report: (text) => console.log(`  ${text} …`),
	});
	const app = startNode(build, {
		PORT: String(settings.port),
		ORIGIN: origin,
		// The largest file that can be uploaded, and what is around it. Other requests are held to less by limitBody.
		BODY_SIZE_LIMIT: process.env['BODY_SIZE_LIMIT'] || '250M',
		PUBLIC_SUPABASE_URL: backend.project.url,
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.project.publishableKey,
		SUPABASE_SECRET_KEY: backend.project.secretKey,
	});
	app.stdout?.pipe(process.stdout);
	const worker = backend.project.secretKey
		? await startWorker(backend, (output) => output.pipe(process.stdout))
		: null;
	console.log(`  Gatehouse is at ${origin}`);
	if (flags.includes('--inbox')) console.log(`  Its mails are at ${backend.project.url}/inbox`);
	if (!worker) console.log(withoutWorker);
	process.exitCode = await superviseUntilStopped(
		[app, ...(backend.child ? [backend.child] : [])],
		async () => worker?.stop(),
	);
});
