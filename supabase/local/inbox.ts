import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { EmailDriver } from '@supabase/lite';

export type Mail = {
	id: string;
	createdAt: string;
	to: string;
	subject: string;
	text: string;
	html: string;
};

const kept = 1000;

/** The mails that the backend sent: kept in a file, one a line, so that a restart loses none. */
export class Inbox implements EmailDriver {
	#file: string;
	#mails: Mail[];

	constructor(file: string) {
		this.#file = file;
		this.#mails = existsSync(file) ? parseLines(readFileSync(file, 'utf8')) : [];
		if (this.#mails.length > kept) {
			this.#mails = this.#mails.slice(-kept);
			this.#write();
		}
	}

	async send(message: {
		to: string;
		subject: string;
		text?: string;
		html?: string;
	}): Promise<void> {
		const mail = {
			id: randomUUID(),
			createdAt: new Date().toISOString(),
			to: message.to,
			subject: message.subject,
			text: message.text ?? '',
			html: message.html ?? '',
		};
		appendFileSync(this.#file, `${JSON.stringify(mail)}\n`, { mode: 0o600 });
		this.#mails.push(mail);
	}

	/** Newest first. */
	list(): Mail[] {
		return this.#mails.toReversed();
	}

	find(id: string): Mail | null {
		return this.#mails.find((mail) => mail.id === id) ?? null;
	}

	clear(): void {
		this.#mails = [];
		this.#write();
	}

	#write(): void {
		const lines = this.#mails.map((mail) => `${JSON.stringify(mail)}\n`);
		writeFileSync(this.#file, lines.join(''), { mode: 0o600 });
	}
}

/** A process killed while it wrote can leave half a last line: that mail was never reported as sent. */
function parseLines(text: string): Mail[] {
	return text
		.split('\n')
		.filter((line) => line.endsWith('}'))
		.map((line): Mail => JSON.parse(line));
}
