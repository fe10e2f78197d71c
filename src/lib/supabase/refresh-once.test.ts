import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refreshOnce } from './refresh-once.ts';

/** An auth server in small: each refresh token works once, and a `later` one not at all the first time. */
const spent = new Set<string>();
const server = createServer(async (request, response) => {
	let body = '';
	for await (const chunk of request) body += chunk;
	const refused = spent.has(body) === !body.includes('later');
	spent.add(body);
	response.writeHead(refused ? 400 : 200).end(refused ? 'refused' : `new session for ${body}`);
});
let url: string;

beforeAll(async () => {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/auth/v1/token?grant_type=refresh_token`;
});
afterAll(() => server.close());

const refresh = (token: string) => refreshOnce(fetch)(url, { method: 'POST', body: token });

describe('requests that refresh the same session at once', () => {
	it('all get the answer of the one refresh', async () => {
		const answers = await Promise.all(Array.from({ length: 20 }, () => refresh('a')));
		const texts = await Promise.all(answers.map((answer) => answer.text()));
		expect(new Set(texts)).toEqual(new Set(['new session for a']));
	});

	it('also when one comes a little later, with the cookies of before', async () => {
		await refresh('b');
		expect(await (await refresh('b')).text()).toBe('new session for b');
	});

	it('never get the answer for somebody else', async () => {
		const [one, two] = await Promise.all([refresh('c'), refresh('d')]);
		expect([await one.text(), await two.text()]).toEqual([
			'new session for c',
			'new session for d',
		]);
	});

	it('ask again after a failure', async () => {
		expect((await refresh('later')).status).toBe(400);
		expect((await refresh('later')).status).toBe(200);
	});
});
