import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { mark } from './hostile.ts';

export type Question = {
	method?: string;
	/** As it goes over the wire: nothing is normalised. */
	path: string;
	headers?: OutgoingHttpHeaders;
	body?: Buffer;
};

export type Answer = {
	status: number;
	headers: IncomingHttpHeaders;
	body: string;
};

/** A request as a hostile program sends it: no client library mends it on the way. */
export function ask(
	origin: string,
	{ method = 'GET', path, headers = {}, body }: Question,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const outgoing = request(
			{
				...address(origin),
				method,
				path,
				headers: { ...(body ? { 'content-length': body.length } : {}), ...headers },
			},
			(incoming) => {
				let text = '';
				incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
				incoming.on('end', () =>
					resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
				);
			},
		);
		outgoing.setTimeout(20_000, () => outgoing.destroy(new Error('No answer for 20 seconds.')));
		outgoing.on('error', reject);
		outgoing.end(body);
	});
}

function address(origin: string): { hostname: string; port: string } {
	const { hostname, port } = new URL(origin);
	return { hostname, port };
}

/** What must not be in an answer, whatever was sent. Empty when all is well. */
export function findFaults(origin: string, { status, headers, body }: Answer): string[] {
	const faults: string[] = [];
	if (status >= 500) faults.push(`status ${status}`);
	if (headers.location !== undefined && leadsAway(headers.location, origin)) {
		faults.push(`leads to ${headers.location}`);
	}
	if (headers['content-type']?.startsWith('text/html') !== false) {
		faults.push(...findMarkup(body).map((found) => `has the markup ${found}`));
	}
	if (headers['set-cookie']?.some((cookie) => cookie.startsWith(mark))) {
		faults.push('sets a cookie that was typed');
	}
	return faults;
}

/** Read as a browser reads it, and more strictly: nothing that another program might read otherwise. */
function leadsAway(location: string, origin: string): boolean {
	const path = location.startsWith(`${origin}/`) ? location.slice(origin.length) : location;
	return !/^\/(?![/\\])/.test(path) || URL.parse(path, origin)?.origin !== origin;
}

const element = new RegExp(`</?${mark}[^>]*`, 'gi');
const tagStart = /<[a-z][^\s>/]*/gi;
const attribute = /[\s/]*([^\s"'>=/]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/y;

/** Elements and attributes with our mark, which can only come from what was typed. */
export function findMarkup(html: string): string[] {
	const found: string[] = html.match(element) ?? [];
	for (const { 0: start, index } of html.matchAll(tagStart)) {
		attribute.lastIndex = index + start.length;
		for (let next = attribute.exec(html); next; next = attribute.exec(html)) {
			if (next[1]?.includes(mark)) found.push(`${start} ${next[0]}`);
		}
	}
	return found;
}
