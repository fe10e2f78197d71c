/** The memory of a process, as Linux tells it; elsewhere nobody does. */
import { readFileSync, writeFileSync } from 'node:fs';

const linux = process.platform === 'linux';

/**
 * From now on: answers how many megabytes more than now the process has taken at its peak, or null where nobody knows.
 */
export function watchPeak(pid: number): () => number | null {
	if (!linux) return () => null;
	// The peak so far was that of its start.
	writeFileSync(`/proc/${pid}/clear_refs`, '5');
	const idle = megabytes(pid, 'VmRSS');
	return () => megabytes(pid, 'VmHWM') - idle;
}

function megabytes(pid: number, what: 'VmRSS' | 'VmHWM'): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
