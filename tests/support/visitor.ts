import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

export type Page = { status: number; location: string | null; html: string; headers: Headers };

/**
 * A browser without JavaScript: keeps cookies, sends forms, and does not follow redirects by itself, so that a test
 * sees each step. Each has an address of its own, so that limits for one never meet another.
 */
export class Visitor {
	readonly cookies = new Map<string, string>();
	readonly address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
	readonly #origin: string;

	constructor(origin: string) {
		this.#origin = origin;
	}

	get(path: string): Promise<Page> {
		return this.#send(path, {});
	}

	submit(path: string, fields: Record<string, string> | FormData): Promise<Page> {
		const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
		return this.#send(path, { method: 'POST', body });
	}

	/** Keeps a connection open that does not end by itself, and closes it after so long. */
	async listen(path: string, milliseconds: number): Promise<Page> {
		const leaving = new AbortController();
		const response = await this.#fetch(path, { signal: leaving.signal });
		const { status, headers } = response;
		await setTimeout(milliseconds);
		leaving.abort();
		return { status, location: headers.get('location'), html: '', headers };
	}

	/** Goes where redirects lead, at most ten times: more is a loop. */
	async follow(page: Page): Promise<Page & { path: string }> {
		let current = page;
		let path = '';
		for (let step = 0; step < 10; step += 1) {
			if (!current.location) return { ...current, path };
			path = new URL(current.location, this.#origin).href.slice(this.#origin.length);
			current = await this.get(path);
		}
		throw new Error(`Redirected ten times, lastly to ${path}`);
	}

	async #send(path: string, init: RequestInit): Promise<Page> {
		const response = await this.#fetch(path, init);
		return {
			status: response.status,
			location: response.headers.get('location'),
			html: await response.text(),
			headers: response.headers,
		};
	}

	async #fetch(path: string, init: RequestInit): Promise<Response> {
		const response = await fetch(new URL(path, this.#origin), {
			...init,
			redirect: 'manual',
			headers: {
				accept: 'text/html',
				origin: this.#origin,
				'x-forwarded-for': this.address,
				cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			},
		});
		for (const header of response.headers.getSetCookie()) this.#keep(header);
		return response;
	}

	#keep(header: string): void {
		const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
		const ended = /max-age=0/i.test(header) || /expires=thu, 01 jan 1970/i.test(header);
		if (ended || value === '') this.cookies.delete(name);
		else this.cookies.set(name, value);
	}
}
