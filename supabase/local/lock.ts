import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { StartError } from '../../src/cli/settings.ts';

/**
 * Holds the data folder for this process. PGlite does not guard its files: a second process on them would corrupt
 * them. An open SQLite transaction is the lock, because the operating system drops it with the process, however
 * the process ends; a file with a process id in it would outlive a `kill -9`.
 */
export function lockFolder(folder: string): { release(): void } {
	const lock = new DatabaseSync(join(folder, 'lock.db'));
	try {
		lock.exec('pragma busy_timeout = 0; begin exclusive');
	} catch {
		lock.close();
		throw new StartError(
			`Another embedded backend is using ${folder}. Stop it first, or set LOCAL_SUPABASE_DATA to another folder.`,
		);
	}
	return { release: () => lock.close() };
}
