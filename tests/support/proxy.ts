import {
	createServer,
	request as forward,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import { once } from 'node:events';

/** What becomes of a request: 'pass' is nothing special. */
export type Fate =
	| 'pass'
	/** The connection breaks before the backend hears of it. */
	| 'cut'
	/** The backend does what was asked, and the connection breaks before the answer. */
	| 'cut-answer'
	/** The backend does what was asked, and the gateway gives up waiting. */
	| 'timeout'
	/** The auth server has been asked too often and says so, as the hosted one does; the embedded one has no such limit. */
	| 'limit';

export type Proxy = {
	url: string;
	/** Decides about each request; by default all pass. */
	decide: (request: { method: string; path: string }) => Fate | Promise<Fate>;
	/** What has passed or not since the last reset, as 'POST /auth/v1/signup'. */
	seen: string[];
	stop(): Promise<void>;
};

/** Stands between the app and its backend, counts the calls, and breaks connections for real. */
export async function startProxy(target: string): Promise<Proxy> {
	const { hostname, port } = new URL(target);
	const server = createServer(async (incoming, outgoing) => {
		const method = incoming.method ?? 'GET';
		const path = incoming.url ?? '/';
		proxy.seen.push(`${method} ${path.split('?')[0]}`);
		const fate = await proxy.decide({ method, path });
		if (fate === 'cut') {
			incoming.socket.destroy();
			return;
		}
		if (fate === 'limit') {
			const body = { code: 429, error_code: 'over_request_rate_limit', msg: 'Too many requests' };
			outgoing.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify(body));
			return;
		}
		const headers = { ...incoming.headers, host: `${hostname}:${port}` };
		const upstream = forward({ hostname, port, method, path, headers }, (answer) =>
			finish(fate, answer, outgoing, incoming),
		);
		upstream.on('error', () => incoming.socket.destroy());
		incoming.pipe(upstream);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
	const proxy: Proxy = {
		url: `http://127.0.0.1:${address.port}`,
		decide: () => 'pass',
		seen: [],
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
	return proxy;
}

function finish(
	fate: Fate,
	answer: IncomingMessage,
	outgoing: ServerResponse,
	incoming: IncomingMessage,
): void {
	if (fate === 'pass') {
		outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(outgoing);
		return;
	}
	// The whole answer is awaited first: the backend is done when the connection breaks.
	answer.resume().on('end', () => {
		if (fate === 'timeout') outgoing.writeHead(504).end('upstream request timeout');
		else incoming.socket.destroy();
	});
}
