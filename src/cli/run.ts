import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { StartError } from './settings.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** While things still start: what has been started ends with this process. */
const leave = () => process.exit(0);

/** Runs a command-line tool: what was expected to go wrong ends it with one sentence, never with a stack. */
export async function run(main: () => Promise<void>): Promise<void> {
	for (const signal of signals) process.once(signal, leave);
	try {
		await main();
	} catch (error) {
		if (!(error instanceof StartError)) throw error;
		console.error(`\n${error.message}`);
		process.exit(1);
	}
}

/** From here on there is more to do at the end than to leave. */
export function whenToldToStop(stop: () => Promise<void>): void {
	for (const signal of signals) process.once(signal, stop).off(signal, leave);
}

/** Node with the settings of this process and `env` on top. It ends with this process. */
export function startNode(args: string[], env: NodeJS.Dict<string>): ChildProcess {
	const child = spawn(process.execPath, ['--import', './src/cli/end-with-launcher.ts', ...args], {
		stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
		env: { ...process.env, ...env },
	});
	process.once('exit', () => child.kill());
	return child;
}

/** Said before anything is started, as a server of our own on that port would say it too late. */
export async function requireFreePort(port: number, wayOut: string): Promise<void> {
	const probe = createServer();
	await new Promise<void>((resolve, reject) => {
		probe.once('error', () =>
			reject(new StartError(`Port ${port} is in use. Stop what uses it. ${wayOut}`)),
		);
		probe.listen(port, () => probe.close(() => resolve()));
	});
}

/** When one ends, or this process is told to, all end: first `before`, then each of them. Answers the exit code. */
export async function superviseUntilStopped(
	children: ChildProcess[],
	before: () => Promise<void>,
): Promise<number> {
	let stopping = false;
	const stopAll = async () => {
		if (stopping) return;
		stopping = true;
		await before();
		for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
	};
	whenToldToStop(stopAll);
	const codes = await Promise.all(
		children.map(
			(child) =>
				new Promise<number>((resolve) => {
					const done = () => {
						resolve(stopping ? 0 : (child.exitCode ?? 1));
						void stopAll();
					};
					if (child.exitCode !== null || child.signalCode !== null) done();
					else child.once('exit', done);
				}),
		),
	);
	return Math.max(0, ...codes);
}
