import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** The newest migration that this build was written for. */
const expected =
	Object.keys(import.meta.glob('/supabase/migrations/*.sql', { query: '?url' }))
		.map((path) => /(\d{14})_/.exec(path)?.[1] ?? '')
		.toSorted()
		.at(-1) ?? '';

/**
 * The backend answers, and its schema has what this build needs. It may have more: the database is migrated first, and
 * what runs until the new build is there must stay ready.
 */
export const GET: RequestHandler = async ({ locals }) => {
	const { data, error } = await locals.supabase.rpc('schema_version', {}, { get: true });
	// Null where the migrations were run by hand and left no history.
	const found: string | null = data;
	const problem = error
		? 'The backend does not answer.'
		: (found ?? '') < expected
			? `The database has the migrations up to ${found ?? 'none'}; this build needs ${expected}.`
			: null;
	if (problem) locals.log.error({ event: 'not_ready', problem, code: error?.code });
	return json(
		{ ready: problem === null, problem },
		{ status: problem === null ? 200 : 503, headers: { 'cache-control': 'no-store' } },
	);
};
