/** So many clients, each with one connection, that ask again as soon as they are answered. */
import { Agent, request } from 'node:http';

export type Call = {
	method?: 'GET' | 'POST';
	path: string;
	headers?: Record<string, string>;
	body?: string;
	/** What a right answer has as its status. */
	status: number;
};

export type Load = {
	/** Of each answer, in milliseconds. */
	latencies: number[];
	seconds: number;
	/** What came in place of the right answer, and how often. */
	errors: Map<string, number>;
};

/** Each client takes the next call of `calls` until the time is over; what is under way then is still awaited. */
export async function loadFor(
	seconds: number,
	clients: number,
	origin: string,
	calls: () => Call,
): Promise<Load> {
	const agent = new Agent({ keepAlive: true, maxSockets: clients });
	const latencies: number[] = [];
	const errors = new Map<string, number>();
	const started = performance.now();
	const client = async () => {
		while (performance.now() - started < seconds * 1000) {
			const call = calls();
			const asked = performance.now();
			const outcome = await send(agent, origin, call);
			if (outcome === call.status) latencies.push(performance.now() - asked);
			else errors.set(`${outcome}`, (errors.get(`${outcome}`) ?? 0) + 1);
		}
	};
	await Promise.all(Array.from({ length: clients }, client));
	agent.destroy();
	return { latencies, seconds: (performance.now() - started) / 1000, errors };
}

/** The status of the answer when it has been read whole, or the code of what broke. */
function send(agent: Agent, origin: string, call: Call): Promise<number | string> {
	return new Promise((resolve) => {
		const { method = 'GET', headers = {}, body } = call;
		const sent = request(new URL(call.path, origin), {
			agent,
			method,
			headers: {
				accept: 'text/html',
				origin,
				...(body && { 'content-type': 'application/x-www-form-urlencoded' }),
				...headers,
			},
		});
		sent.on('response', (answer) => {
			answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
			answer.on('error', (error) => resolve(error.message));
		});
		sent.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
		sent.end(body);
	});
}
