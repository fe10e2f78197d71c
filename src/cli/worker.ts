import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Message } from '../../supabase/local/main.ts';
import type { Backend } from './backend.ts';
import { worker as program } from './programs.ts';
import { StartError } from './settings.ts';

export type Worker = {
	/** It ends or hands back what it does first. */
	stop(): Promise<void>;
};

export const withoutWorker =
	'  There is no worker: set SUPABASE_SECRET_KEY, or nothing that takes longer is done.';

/** A worker beside the app. When it dies, another one takes its place; the queue sees to it that nothing is lost. */
export async function startWorker(
	{ project, child: backend }: Backend,
	show: (output: Readable) => void,
): Promise<Worker> {
	let stopping = false;
	let worker = start();
	await new Promise<void>((resolve, reject) => {
		worker.once('message', () => resolve());
		worker.once('exit', () =>
			reject(new StartError('The worker could not start. The line above says why.')),
		);
	});
	const kept = keep();
	backend?.on('message', (message: Message) => {
		if (message.kind === 'work' && worker.connected) worker.send('work');
	});
	return {
		async stop() {
			stopping = true;
			worker.kill('SIGTERM');
			await kept;
		},
	};

	function start(): ChildProcess {
		const child = spawn(process.execPath, program, {
			env: {
				...process.env,
				PUBLIC_SUPABASE_URL: project.url,
				PUBLIC_SUPABASE_PUBLISHABLE_KEY: project.publishableKey,
				SUPABASE_SECRET_KEY: project.secretKey,
			},
			stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
			// Ctrl+C reaches the whole group of a terminal at once; this one is stopped in its turn.
			detached: true,
		});
		if (child.stdout) show(child.stdout);
		return child;
	}

	async function keep(): Promise<void> {
		for (;;) {
			if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
			if (stopping) return;
			await setTimeout(1000);
			if (stopping) return;
			worker = start();
		}
	}
}
