import { AppError, fromAuth } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { SignUp } from './sign-up.schema.ts';

/**
 * Makes an account, with one call unless the auth server fails. Answers `signed-in` where the project asks for no confirmation. Else `confirm`, and
 * nobody can tell from it whether the account is new, unconfirmed, or somebody's already.
 */
export async function signUp(
	client: Client,
	{ name, email, password }: SignUp,
	returnTo: string,
): Promise<'confirm' | 'signed-in'> {
	const ask = () =>
		client.auth.signUp({
			email,
			password,
			options: { data: { name }, emailRedirectTo: returnTo },
		});
	let { data, error } = await ask();
	// A form sent twice at once: the auth server makes one account and fails for the other. Now it knows the account.
	if (error?.status === 500) ({ data, error } = await ask());
	if (!error) return data.session ? 'signed-in' : 'confirm';

	// A mail went to this address a moment ago: the form was sent twice, or there is an account.
	if (error.code === 'over_email_send_rate_limit') return 'confirm';
	if (error.code === 'user_already_exists') return logInInstead(client, { email, password });
	if (!error.status || error.status >= 500) {
		throw new AppError(
			'sign_up_unknown',
			503,
			'Something got in the way, and we cannot tell whether your account was made. Check your email or log in; if neither helps, sign up again. That is safe.',
			error.status,
		);
	}
	throw fromAuth(error);
}

/**
 * It may be their own account, made by the same form a moment ago, when the answer got lost or the button was pressed
 * twice. Most auth servers only say that it exists when they ask for no confirmation.
 */
async function logInInstead(
	client: Client,
	credentials: Pick<SignUp, 'email' | 'password'>,
): Promise<'confirm' | 'signed-in'> {
	const { error } = await client.auth.signInWithPassword(credentials);
	if (!error) return 'signed-in';
	if (error.code === 'email_not_confirmed') return 'confirm';
	if (!error.status || error.status >= 500 || error.status === 429) throw fromAuth(error);
	throw new AppError(
		'sign_up_refused',
		400,
		'There is no way to sign up with this email. If it is yours, log in, or ask for a new password.',
	);
}
