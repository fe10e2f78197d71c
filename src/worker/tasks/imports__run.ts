import { answerOf } from '../answer-of.ts';
import type { Task } from '../task.ts';

/**
 * Imports a file, or undoes an import, a chunk after the other until the database says that there is no more. What a
 * chunk stores, and that it is stored, are one transaction: whoever takes over goes on with the next one. A cancel ends
 * the job, and with it the lease.
 */
export const runImport: Task = async ({ job, db, signal }) => {
	for (let more = true; more;) {
		signal.throwIfAborted();
		more = await answerOf(db.rpc('import_chunk', { job_id: job.id, token: job.token }));
	}
};
