import { mkdirSync, writeFileSync } from 'node:fs';
import { startApp } from './app.ts';
import { requireUntold } from './untold.ts';

/** Starts the app once for the whole run; the tests' processes inherit where it is. */
export default async function setUp(): Promise<() => Promise<void>> {
	const app = await startApp();
	process.env.APP_URL = app.url;
	process.env.INBOX_URL = app.inboxUrl;
	process.env.BACKEND_URL = app.backend.url;
	process.env.BACKEND_SECRET_KEY = app.backend.secretKey;
	return async () => {
		await app.stop();
		// Beside the traces of failed tests: what the app said meanwhile.
		mkdirSync('test-results', { recursive: true });
		writeFileSync('test-results/app.log', app.output());
		requireUntold(app.backend.secretKey, app.output());
	};
}
