import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import { StartError } from '../../src/cli/settings.ts';

/** The embedded backend is for this machine alone. */
const host = '127.0.0.1';
const bodyLimit = 10 * 1024 * 1024;

export type Handler = (request: Request) => Promise<Response>;

export async function listen(port: number, handler: Handler): Promise<Server> {
	const allowed = [`${host}:${port}`, `localhost:${port}`];
	const server = createAdaptorServer({
		fetch: async (request: Request) => {
			// A page on another site can point a name of its own at this address; its Host header gives it away.
			if (!allowed.includes(request.headers.get('host') ?? '')) return text(403, 'Unknown host.');
			return withoutCors(await handler(request));
		},
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error) => {
			const busy = 'code' in error && error.code === 'EADDRINUSE';
			reject(
				new StartError(
					busy
						? `Port ${port} is in use. Stop what uses it, or set LOCAL_SUPABASE_PORT to another port.`
						: `The embedded backend cannot listen on ${host}:${port}: ${error.message}`,
				),
			);
		});
		server.listen(port, host, resolve);
	});
	return 'closeAllConnections' in server
		? server
		: Promise.reject(new StartError('An HTTP/1 server was expected.'));
}

/**
 * The whole request is read before it is handed on, so that somebody who sends slowly holds up nobody: on PGlite the
 * handler runs alone.
 */
export async function readWhole(request: Request): Promise<Request | null> {
	if (!request.body) return request;
	if (Number(request.headers.get('content-length') ?? 0) > bodyLimit) return null;
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of request.body) {
		size += chunk.byteLength;
		if (size > bodyLimit) return null;
		chunks.push(chunk);
	}
	return new Request(request.url, {
		method: request.method,
		headers: request.headers,
		body: Buffer.concat(chunks),
	});
}

export function text(status: number, message: string): Response {
	return new Response(`${message}\n`, {
		status,
		headers: { 'content-type': 'text/plain; charset=utf-8' },
	});
}

/** Browsers never talk to the backend, only the app's server does: nothing invites them. */
function withoutCors(response: Response): Response {
	const headers = new Headers(response.headers);
	for (const name of response.headers.keys()) {
		if (name.startsWith('access-control-')) headers.delete(name);
	}
	return new Response(response.body, { status: response.status, headers });
}
