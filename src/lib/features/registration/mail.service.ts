import type { AuthError } from '@supabase/supabase-js';
import { fromAuth } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';

/** `failed` is for the log alone: the person is told the same. */
type Sent = 'asked' | 'failed';

/**
 * Has a mail sent with a link and a code to log in. To an account that is not confirmed yet they confirm it too, so this
 * is also what sends a lost confirmation again.
 */
export async function sendCode(client: Client, email: string, returnTo: string): Promise<Sent> {
	const { error } = await client.auth.signInWithOtp({
		email,
		options: { shouldCreateUser: false, emailRedirectTo: returnTo },
	});
	return error ? tellNothing(error) : 'asked';
}

export async function sendReset(client: Client, email: string, returnTo: string): Promise<Sent> {
	const { error } = await client.auth.resetPasswordForEmail(email, { redirectTo: returnTo });
	return error ? tellNothing(error) : 'asked';
}

/**
 * Passes over what is answered only when there is an account, or only when there is none: such as "a mail was sent a
 * moment ago", "no such account", and 500 when the mail could not be sent.
 */
function tellNothing(error: AuthError): Sent {
	switch (error.code) {
		case 'over_email_send_rate_limit':
		case 'otp_disabled':
		case 'user_not_found':
		case 'user_banned':
			return 'asked';
	}
	if (error.status === 500) return 'failed';
	throw fromAuth(error);
}
