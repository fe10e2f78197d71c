import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isBreached } from './breached-password.service.ts';

// The SHA-1 of "password" is 5BAA6 and what stands in the second line.
const asked: string[] = [];
const service = createServer((request, response) => {
	asked.push(request.url ?? '');
	response.end(
		'0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824',
	);
});
let url = '';

beforeAll(async () => {
	await once(service.listen(0, '127.0.0.1'), 'listening');
	const address = service.address();
	url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/range/`;
});
afterAll(() => service.close());

it('finds a password that was leaked, and tells the service five digits of its hash', async () => {
	expect(await isBreached('password', url, fetch)).toBe(true);
	expect(asked).toEqual(['/range/5BAA6']);
});

it('finds nothing about another one', async () => {
	expect(await isBreached('correct horse battery', url, fetch)).toBe(false);
});

it('fails when nobody answers, so that the caller can decide', async () => {
	await expect(isBreached('password', 'http://127.0.0.1:1/range', fetch)).rejects.toThrow();
});
