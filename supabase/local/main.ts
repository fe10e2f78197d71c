import { format } from 'node:util';
import { readSettings, StartError } from '../../src/cli/settings.ts';
import { scrub } from '../../src/lib/scrub.ts';
import { startLocalSupabase } from './start.ts';

/**
 * The embedded backend as a process of its own. Started by the launchers, it tells them its progress and its keys over
 * the channel between the two; started by hand, it prints where it listens.
 */
export type Message =
	| { kind: 'progress'; text: string }
	| { kind: 'ready'; url: string; publishableKey: string; secretKey: string }
	| { kind: 'failed'; text: string }
	/** There is something for a worker to do. */
	| { kind: 'work' };

function tell(message: Message): void {
	if (process.send) process.send(message);
	else if (message.kind === 'progress') console.log(message.text);
	else if (message.kind === 'ready') console.log(`The embedded backend listens at ${message.url}`);
	else if (message.kind === 'failed') console.error(message.text);
}

// The backend prints an error with all that hangs on it: to one of the database belong the statement's values, which are
// addresses, and hashes of passwords and of codes. One line without them is enough.
const print = console.error;
console.error = (...said: unknown[]) =>
	print(scrub(format(...said.map((each) => (each instanceof Error ? String(each) : each)))));

try {
	const settings = readSettings();
	const running = await startLocalSupabase(
		{
			...settings,
			origin: settings.origin ?? `http://localhost:${settings.port}`,
			showsInbox: process.argv.includes('--inbox'),
			seedsPeople: process.argv.includes('--demo'),
			onWork: () => process.send?.({ kind: 'work' } satisfies Message),
		},
		(text) => tell({ kind: 'progress', text }),
	);
	const stop = async () => {
		await running.stop();
		process.exit(0);
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
	process.once('disconnect', stop);
	const { url, publishableKey, secretKey } = running;
	tell({ kind: 'ready', url, publishableKey, secretKey });
} catch (error) {
	const expected = error instanceof StartError;
	tell({
		kind: 'failed',
		text: expected ? error.message : `The embedded backend could not start: ${error}`,
	});
	process.exitCode = 1;
	process.disconnect?.();
}
