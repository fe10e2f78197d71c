import * as v from 'valibot';
import { AppError, fromAuth, fromPostgrest } from '../../errors.ts';
import { losses, type Loss } from '../../losses.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Profile } from './account.schema.ts';
import { endOtherSessions, listSessions } from './sessions.service.ts';

/** Everything that the database holds about who asks. */
export async function exportData(client: Client): Promise<unknown> {
	const { data, error, status } = await client.rpc('export_my_data', {}, { get: true });
	if (error) throw fromPostgrest(error, status);
	return data;
}

/** What goes with the account. */
export async function listLosses(client: Client): Promise<Loss[]> {
	return v.parse(losses, await answerOf(client.rpc('list_my_losses', {}, { get: true })));
}

export async function updateProfile(client: Client, id: string, profile: Profile): Promise<void> {
	const { error, status } = await client.from('users').update(profile).eq('id', id);
	if (error) throw fromPostgrest(error, status);
}

/**
 * Asks for another address. It changes nothing until it is confirmed in the mails, and answers nothing: whether
 * somebody else has an account with that address is not for this person to know.
 */
export async function requestEmail(client: Client, email: string, returnTo: string): Promise<void> {
	const { error } = await client.auth.updateUser({ email }, { emailRedirectTo: returnTo });
	if (!error || error.code === 'email_exists') return;
	// A mail to that address went out a moment ago: this, too, would tell that it can be used.
	if (error.code === 'over_email_send_rate_limit') return;
	if (error.code === 'email_address_invalid') {
		throw new AppError(error.code, 400, 'No mail can be sent to this address.');
	}
	throw fromAuth(error);
}

/**
 * Answers whether this is the only browser that is logged in now. Hosted auth servers end the other sessions with every
 * change of a password, whatever was asked for.
 */
export async function changePassword(
	client: Client,
	password: string,
	endsOthers: boolean,
): Promise<boolean> {
	const { error } = await client.auth.updateUser({ password });
	if (error) throw fromAuth(error);
	if (endsOthers) await endOtherSessions(client);
	return (await listSessions(client)).length === 1;
}

/** The account goes with everything that belongs to it. */
export async function deleteAccount(client: Client): Promise<void> {
	const { error, status } = await client.rpc('delete_my_account');
	if (error) throw fromPostgrest(error, status);
}
