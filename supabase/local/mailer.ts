import { SmtpEmailDriver, type EmailDriver } from '@supabase/lite';
import type { Database } from './database.ts';
import type { Inbox } from './inbox.ts';
import { textOf } from './mail-text.ts';

export type Smtp = {
	host: string;
	port: number;
	user: string;
	pass: string;
	from: { name: string; address: string };
};

/** Mail goes to the SMTP server of `supabase/config.toml` when there is one, else into the inbox. */
export function createMailer(smtp: Smtp | null, inbox: Inbox, database: Database): EmailDriver {
	const driver = smtp ? new SmtpEmailDriver(smtp) : inbox;
	return {
		async send(message) {
			const text = message.html ? textOf(message.html) : (message.text ?? '');
			try {
				await driver.send({ ...message, text });
			} catch (problem) {
				await forgetSignUp(database, message.to);
				throw problem;
			}
		},
	};
}

/**
 * The hosted auth server takes a sign-up back when its mail cannot be sent. The embedded one keeps the account and
 * answers the next try as if the mail were on its way, so it is taken back here: only while the first mail is the only
 * one that was ever meant for it.
 */
async function forgetSignUp(database: Database, address: string): Promise<void> {
	await database.query(
		`delete from auth.users
		where email = $1 and email_confirmed_at is null and confirmation_sent_at <= created_at`,
		[address],
	);
}
