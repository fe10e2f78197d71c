import type { SupabaseClient } from '@supabase/supabase-js';
import { StartError } from '../cli/settings.ts';
import type { Database } from '../lib/supabase/database.types.ts';

/**
 * With another key everything would seem to work, and every job would be refused by a policy, one by one. So the
 * database is asked, before the first job, whom it takes us for.
 */
export async function requireServiceRole(db: SupabaseClient<Database>, url: string): Promise<void> {
	const { data, error, status } = await db.rpc('is_service_role');
	if (data) return;
	if (status === 0) {
		throw new StartError(
			`No answer from ${url}. Check PUBLIC_SUPABASE_URL, and that the project is running and not paused.`,
		);
	}
	if (error?.code === 'PGRST202') {
		throw new StartError(
			`${url} does not have the schema of this version. Run "supabase db push" first.`,
		);
	}
	if (error?.code === '42501' || error === null) {
		throw new StartError(
			'SUPABASE_SECRET_KEY holds another key than the secret one. Copy the secret key (sb_secret_…) from the API settings of the project.',
		);
	}
	if (status === 401 || status === 403) {
		throw new StartError(
			`${url} refuses SUPABASE_SECRET_KEY. Copy the secret key (sb_secret_…) again from the API settings of the project.`,
		);
	}
	throw new StartError(`${url} answered ${error.code || status} instead of who the worker is.`);
}
