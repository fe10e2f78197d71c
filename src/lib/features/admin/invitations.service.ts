import { AppError, fromAuth } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';
import { answerOf } from '../../supabase/answer-of.ts';

/**
 * Whether the auth server has a call for invitations. It is asked for with the wrong verb and without the secret key:
 * whoever knows the path answers 405, and nothing happens. Null when there was no answer.
 */
export async function findInvitations(
	backend: { url: string; publishableKey: string },
	fetch: typeof globalThis.fetch,
): Promise<boolean | null> {
	try {
		const { status } = await fetch(`${backend.url}/auth/v1/invite`, {
			headers: { apikey: backend.publishableKey },
			signal: AbortSignal.timeout(2_000),
		});
		return status >= 500 || status === 429 ? null : status === 405;
	} catch {
		return null;
	}
}

/**
 * Has the auth server make an account and send its invitation. The line in the log comes first: with it the database
 * says that an admin is asking, and the secret key is not touched for anybody else.
 */
export async function invite(
	client: Client,
	createSecretClient: () => Client,
	email: string,
	returnTo: string,
): Promise<void> {
	await answerOf(client.rpc('admin_record', { act: 'invited', email }));
	const { error } = await createSecretClient().auth.admin.inviteUserByEmail(email, {
		redirectTo: returnTo,
	});
	if (error?.code === 'email_exists') {
		throw new AppError(error.code, 409, 'Somebody has an account with this email already.');
	}
	if (error) throw fromAuth(error);
}
