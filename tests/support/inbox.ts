/**
 * Reads mail through Mailpit's HTTP API, which the embedded inbox and `supabase start` both speak:
 * https://mailpit.axllent.org/docs/api-v1/
 */
import * as v from 'valibot';
import { until } from './until.ts';

const summaries = v.object({
	messages: v.array(
		v.object({
			ID: v.string(),
			Subject: v.string(),
			To: v.array(v.object({ Address: v.string() })),
			Created: v.string(),
		}),
	),
});

const message = v.object({ Subject: v.string(), Text: v.string(), HTML: v.string() });

type Summary = v.InferOutput<typeof summaries>['messages'][number];

export type Mail = { id: string; subject: string; text: string; html: string };

export type Inbox = {
	/** Everything sent to this address, newest first. */
	listMail(to: string): Promise<Summary[]>;
	/** The newest mail to this address; `subject` is a part of its subject. */
	waitForMail(to: string, wanted?: { subject?: string }): Promise<Mail>;
};

export function createInbox(url: string): Inbox {
	async function listMail(to: string): Promise<Summary[]> {
		const query = new URLSearchParams({ query: `to:"${to}"` });
		const { messages } = v.parse(summaries, await read(`${url}/api/v1/search?${query}`));
		// Mailpit finds parts of an address too.
		return messages
			.filter((each) => each.To.some(({ Address }) => Address.toLowerCase() === to.toLowerCase()))
			.sort((a, b) => Date.parse(b.Created) - Date.parse(a.Created));
	}

	async function waitForMail(to: string, { subject = '' } = {}): Promise<Mail> {
		const what = `a mail to ${to}${subject && ` with “${subject}” in its subject`} at ${url}`;
		const { ID } = await until(
			what,
			async () => {
				const mails = await listMail(to);
				return mails.find((each) => each.Subject.includes(subject)) ?? null;
			},
			60,
		);
		const mail = v.parse(message, await read(`${url}/api/v1/message/${ID}`));
		return { id: ID, subject: mail.Subject, text: mail.Text, html: mail.HTML };
	}

	return { listMail, waitForMail };
}

/**
 * The path of the first link in a mail. The site's address before it is the backend's setting,
 * and the tests' app listens on a port of its own.
 */
export function linkIn(mail: Mail): string {
	const link = /https?:\/\/[^\s<>"')\]]+/.exec(mail.text)?.[0];
	if (!link) throw new Error(`There is no link in the mail “${mail.subject}”:\n${mail.text}`);
	const { pathname, search, hash } = new URL(link);
	return pathname + search + hash;
}

async function read(url: string): Promise<unknown> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`The inbox answered ${response.status} to GET ${url}.`);
	return response.json();
}
