import { expect } from '@playwright/test';
import { test } from '../support/test.ts';

test.describe('a page', () => {
	for (const path of ['/', '/no-such-page']) {
		test(`runs no scripts but its own and stands in no frame: ${path}`, async ({ request }) => {
			const response = await request.get(path);
			const header = response.headers()['content-security-policy'] ?? '';
			const directives = header.split(';').map((each) => each.trim().split(/\s+(.*)/));
			expect(Object.fromEntries(directives)).toMatchObject({
				'default-src': "'self'",
				'script-src': expect.stringMatching(/^'self'( 'nonce-[\w+/=-]+')?$/),
				'frame-ancestors': "'none'",
				'object-src': "'none'",
				'base-uri': "'none'",
				'form-action': "'self'",
			});
		});
	}

	test('has a nonce that serves once', async ({ request }) => {
		const nonces = async () => {
			const response = await request.get('/no-such-page');
			const inHeader = /'nonce-([^']+)'/.exec(response.headers()['content-security-policy'] ?? '');
			const inScripts = (await response.text()).matchAll(/<script[^>]*\snonce="([^"]+)"/g);
			return new Set([inHeader?.[1], ...Array.from(inScripts, (match) => match[1])]);
		};
		const [first, second] = [await nonces(), await nonces()];
		expect(first.size, 'the header and the scripts name the same one').toBe(1);
		expect([...second]).not.toEqual([...first]);
	});
});

test.describe('every answer', () => {
	for (const path of ['/', '/no-such-page', '//evil.example', '/healthz']) {
		test(`tells browsers to be careful, and has a request id: ${path}`, async ({
			request,
			baseURL,
		}) => {
			const headers = (await request.get(`${baseURL}${path}`)).headers();
			expect(headers).toMatchObject({
				'x-content-type-options': 'nosniff',
				'referrer-policy': expect.stringMatching(/^(no-referrer|same-origin|strict-origin.*)$/),
				'permissions-policy': expect.stringContaining('camera=()'),
				'x-request-id': expect.stringMatching(/\S{8,}/),
			});
			expect(headers, 'only https may promise https').not.toHaveProperty(
				'strict-transport-security',
			);
			const next = (await request.get(`${baseURL}${path}`)).headers();
			expect(next['x-request-id']).not.toBe(headers['x-request-id']);
		});
	}
});

test.describe('an attacker', () => {
	const paths = ['//evil.example', '//evil.example/', '//evil.example/%2e%2e/', '///evil.example'];
	for (const path of paths) {
		test(`cannot have people sent away by ${path}`, async ({ request, baseURL }) => {
			const response = await request.get(`${baseURL}${path}`, { maxRedirects: 0 });
			expect(response.status()).toBeGreaterThanOrEqual(400);
			expect(response.status()).toBeLessThan(500);
			expect(response.headers()).not.toHaveProperty('location');
		});
	}

	test('cannot post a form from another site', async ({ request }) => {
		const response = await request.post('/theme', {
			headers: { origin: 'https://evil.example' },
			form: { theme: 'dark' },
			maxRedirects: 0,
		});
		expect(response.status()).toBe(403);
	});

	test('cannot have the theme switch lead to another site', async ({ request, baseURL }) => {
		for (const next of [
			'https://evil.example/',
			'//evil.example',
			'/\\evil.example',
			'/\t/evil.example',
		]) {
			const response = await request.post('/theme', {
				headers: { origin: `${baseURL}` },
				form: { theme: 'dark', next },
				maxRedirects: 0,
			});
			expect(response.status()).toBe(303);
			const { location = '' } = response.headers();
			expect(new URL(location, baseURL).origin, next).toBe(baseURL);
		}
	});

	test('cannot send one in pieces that do not say how many there are', async ({ baseURL }) => {
		const piece = new TextEncoder().encode('x'.repeat(100_000));
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				controller.enqueue(new TextEncoder().encode('theme='));
				for (let count = 0; count < 20; count += 1) controller.enqueue(piece);
				controller.close();
			},
		});
		const request: RequestInit & { duplex: 'half' } = {
			method: 'POST',
			headers: { origin: `${baseURL}`, 'content-type': 'application/x-www-form-urlencoded' },
			body,
			duplex: 'half',
			redirect: 'manual',
		};
		expect((await fetch(`${baseURL}/theme`, request)).status).toBe(413);
	});

	test('cannot send a file without having logged in', async ({ request, baseURL }) => {
		const buffer = Buffer.alloc(1_000_000, 'x');
		const response = await request.post('/models/new', {
			headers: { origin: `${baseURL}` },
			multipart: { file: { name: 'x.csv', mimeType: 'text/csv', buffer } },
			maxRedirects: 0,
		});
		expect(response.status()).toBe(413);
	});

	test('cannot send a body of any size', async ({ request, baseURL }) => {
		const response = await request.post('/theme', {
			headers: { origin: `${baseURL}` },
			form: { theme: 'x'.repeat(5_000_000) },
			maxRedirects: 0,
		});
		expect(response.status()).toBe(413);
	});
});

test('the process says that it runs, and that its backend answers', async ({ request }) => {
	expect((await request.get('/healthz')).status()).toBe(200);
	expect((await request.get('/readyz')).status()).toBe(200);
});
