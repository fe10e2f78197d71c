import { AppError, fromAuth, wrongCredentials } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Credentials } from './log-in.schema.ts';

/** Answers `unconfirmed` when the account waits for its mail to be answered. */
export async function logIn(
	client: Client,
	credentials: Credentials,
): Promise<'signed-in' | 'unconfirmed'> {
	const { error } = await client.auth.signInWithPassword(credentials);
	if (!error) return 'signed-in';
	if (error.code === 'email_not_confirmed') return 'unconfirmed';
	// Said before the password is looked at: passed on, it would tell anybody that there is such an account.
	if (error.code === 'user_banned') throw new AppError(error.code, 400, wrongCredentials);
	throw fromAuth(error);
}
