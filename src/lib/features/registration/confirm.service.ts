import type { User } from '@supabase/supabase-js';
import { AppError, backendAway, fromAuth } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Link } from './confirm.schema.ts';
import type { Confirmation } from './earlier-sign-up.ts';

export type Confirmed =
	| ({ kind: 'signed-in' } & Confirmation)
	/** A change of email that the other of the two addresses has yet to confirm. */
	| { kind: 'half' }
	/** It worked once, or too long ago, or never. */
	| { kind: 'used' };

/** Uses up the link of a mail. It works in any browser, and signs in there. */
export async function confirmLink(
	client: Client,
	{ token_hash, type }: Pick<Link, 'token_hash' | 'type'>,
): Promise<Confirmed> {
	const { data, error } = await client.auth.verifyOtp({ token_hash, type });
	if (error?.code === 'otp_expired') return { kind: 'used' };
	if (error) throw fromAuth(error);
	return data.session
		? { kind: 'signed-in', ...toConfirmation(data.session.user) }
		: { kind: 'half' };
}

/** Uses up the code of a mail, whether it was sent to confirm or to log in. */
export async function confirmCode(
	client: Client,
	email: string,
	code: string,
): Promise<Confirmation> {
	let { data, error } = await client.auth.verifyOtp({ email, token: code, type: 'email' });
	// The embedded auth server knows both sorts of code by the older name alone.
	if (error?.code === 'validation_failed') {
		({ data, error } = await client.auth.verifyOtp({ email, token: code, type: 'magiclink' }));
	}
	if (error?.code === 'otp_expired') {
		throw new AppError(
			'wrong_code',
			400,
			'This code is not right, or no longer works. Take the one from the newest mail.',
		);
	}
	if (error) throw fromAuth(error);
	if (!data.user) throw new AppError('no_user', 503, backendAway);
	return toConfirmation(data.user);
}

function toConfirmation({
	id,
	created_at: createdAt,
	confirmation_sent_at: mailedAt,
}: User): Confirmation {
	return { userId: id, createdAt, mailedAt };
}
