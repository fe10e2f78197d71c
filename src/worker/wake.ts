import postgres from 'postgres';
import type { Logger } from 'pino';
import type { Settings } from '../cli/settings.ts';

/** The channel on which the database says that a job has come (private.wake_workers). */
const channel = 'gatehouse_jobs';

/**
 * Hears of new work at once: from whoever started this process, and from the database where DATABASE_URL says how to
 * reach it. Without either, the worker looks by itself every few seconds.
 */
export async function listenForWork(
	{ databaseUrl }: Pick<Settings, 'databaseUrl'>,
	wake: () => void,
	log: Logger,
): Promise<{ stop(): Promise<void> }> {
	process.on('message', wake);
	if (!databaseUrl) return { stop: async () => undefined };
	const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
	try {
		await sql.listen(channel, wake, wake);
	} catch (problem) {
		log.warn({ event: 'worker.deaf', error: problem instanceof Error ? problem.message : null });
	}
	return { stop: () => sql.end({ timeout: 1 }) };
}
