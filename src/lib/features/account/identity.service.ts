import { AppError, fromAuth, logInAgain } from '../../errors.ts';
import type { Person } from '../../person.ts';
import type { Client } from '../../supabase/request.server.ts';
import { endSession, listSessions } from './sessions.service.ts';

/** The same as in the database, where it guards the deletion. */
const fresh = 15 * 60_000;

/** Whether there is a password to ask for; whoever came by way of GitHub or Google has none. */
export async function hasPassword(client: Client): Promise<boolean> {
	const { data, error } = await client.auth.getUser();
	if (error) throw fromAuth(error);
	return data.user.identities?.some(({ provider }) => provider === 'email') ?? true;
}

/**
 * Before what must not happen at a browser that was left open: the person logs in again with their password, and their
 * browser goes on in that new session, in place of the old one. `forgetful` keeps nothing, so that a wrong password
 * changes nothing. Somebody without a password has to have logged in a moment ago.
 */
export async function proveIdentity(
	client: Client,
	forgetful: Client,
	person: Pick<Person, 'id' | 'email'>,
	password: string,
): Promise<void> {
	const asksPassword = await hasPassword(client);
	const old = (await listSessions(client)).find(({ current }) => current);
	if (!asksPassword) {
		if (old && Date.now() - Date.parse(old.created_at) < fresh) return;
		throw new AppError('log_in_again', 403, logInAgain);
	}
	if (!password) throw new AppError('password_missing', 400, 'Please enter your password.');

	const { data, error } = await forgetful.auth.signInWithPassword({
		email: person.email,
		password,
	});
	if (error && error.code !== 'invalid_credentials') throw fromAuth(error);
	// Single sign-on can give two accounts the same address.
	if (error || data.user.id !== person.id) {
		throw new AppError('wrong_password', 400, 'This password is not right.');
	}
	const { error: notKept } = await client.auth.setSession(data.session);
	if (notKept) throw fromAuth(notKept);
	if (old) await endSession(client, old.id);
}
