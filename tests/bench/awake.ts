import { spawn } from 'node:child_process';
import { availableParallelism, constants, setPriority } from 'node:os';

/**
 * Runs it while no processor may fall asleep: waking one takes longer than what is to be measured, and whether it slept
 * depends on a few microseconds. What keeps them awake has the lowest priority, and gives way to everything.
 */
export async function whileAwake<T>(act: () => Promise<T>): Promise<T> {
	// They end with this process, however that ends.
	const loop = `while (process.ppid === ${process.pid});`;
	const busy = Array.from({ length: availableParallelism() }, () =>
		spawn(process.execPath, ['--eval', loop], { stdio: 'ignore' }),
	);
	try {
		for (const { pid } of busy) if (pid) setPriority(pid, constants.priority.PRIORITY_LOW);
		return await act();
	} finally {
		for (const process_ of busy) process_.kill('SIGKILL');
	}
}
