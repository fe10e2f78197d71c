/** A process that a benchmark or a soak watches and may kill: its id is known, unlike that of one behind the keeper. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { until } from './until.ts';

export type Process = {
	pid: number;
	/** What it has written so far, both streams together, the last megabyte of it. */
	output(): string;
	/** Resident memory in megabytes. */
	memory(): number;
	/** Open files and connections; null where the system does not list them. */
	handles(): number | null;
	/** Ends it: SIGTERM gives it time to finish, SIGKILL none. */
	end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

type Start = {
	name: string;
	args: string[];
	cwd?: string;
	env: NodeJS.ProcessEnv;
	/** Whether it is at work yet. */
	ready: (output: string) => boolean | Promise<boolean>;
};

/** Starts it with this process's Node, and waits until it is ready. It does not outlive this process. */
export async function startProcess({ name, args, cwd, env, ready }: Start): Promise<Process> {
	const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	const ended = once(child, 'close');
	const endWithUs = () => child.kill('SIGKILL');
	process.once('exit', endWithUs);
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output = (output + text).slice(-1_000_000);
		});
	}
	const pid = child.pid ?? 0;
	const started: Process = {
		pid,
		output: () => output,
		memory: () => {
			const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' });
			return Math.round(Number(kilobytes) / 1024);
		},
		handles: () => (existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : null),
		async end(signal) {
			process.off('exit', endWithUs);
			child.kill(signal);
			await ended;
		},
	};
	try {
		await until(
			`${name} to be ready`,
			async () => {
				if (child.exitCode !== null) throw new Error(`${name} ended before it was ready.`);
				return ready(output);
			},
			180,
		);
	} catch (error) {
		await started.end('SIGKILL');
		throw new Error(`${name} did not start:\n${output}`, { cause: error });
	}
	return started;
}
