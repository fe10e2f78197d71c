import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const keeper = fileURLToPath(new URL('./keeper.ts', import.meta.url));

export type Owner = { uid: number; gid: number };

export type Server = {
	/** What it has written so far, both streams together. */
	output(): string;
	/** Ends the server and removes its folder. */
	stop(): Promise<void>;
};

type Start = {
	name: string;
	/** Removed with everything in it when the server has ended. */
	folder: string;
	command: string;
	args: string[];
	env?: NodeJS.ProcessEnv;
	owner?: Owner | undefined;
	/** Whether it answers yet. */
	ready: () => Promise<boolean>;
};

/** Starts a server that cannot outlive this process (keeper.ts), and waits until it answers. */
export async function startServer(start: Start): Promise<Server> {
	const owner = start.owner ? `${start.owner.uid}:${start.owner.gid}` : '';
	const child = spawn(
		process.execPath,
		[keeper, start.folder, owner, start.command, ...start.args],
		// Its own process group: Ctrl+C in the terminal must reach it through the keeper alone.
		{ env: start.env ?? process.env, detached: true, windowsHide: true, stdio: 'pipe' },
	);
	const ended = once(child, 'close');
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => (output += text));
	}

	const server: Server = {
		output: () => output,
		async stop() {
			child.stdin.destroy();
			await ended;
		},
	};

	try {
		await until(
			`${start.name} to answer`,
			async () => {
				if (child.exitCode !== null) throw new Error(`${start.name} ended before it answered.`);
				return start.ready();
			},
			180,
		);
	} catch (error) {
		await server.stop();
		throw new Error(`${start.name} did not start:\n${output}`, { cause: error });
	}
	return server;
}

/** Ports that nobody listens on. All are held open together, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
	const sockets = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(sockets.map((socket) => once(socket, 'listening')));
	const ports = sockets.map((socket) => {
		const address = socket.address();
		if (address === null || typeof address === 'string') throw new Error('No free port was found.');
		return address.port;
	});
	await Promise.all(sockets.map((socket) => once(socket.close(), 'close')));
	return ports;
}
