import { expect, type APIRequestContext } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { inbox, test } from '../support/test.ts';

type Fields = Record<string, string>;

const origin = process.env.APP_URL ?? '';

test.describe('an attacker', () => {
	const post = (request: APIRequestContext, path: string, form: Fields, from = origin) =>
		request.post(path, {
			headers: { origin: from, accept: 'text/html' },
			form,
			maxRedirects: 0,
		});

	async function register(request: APIRequestContext): Promise<NewPerson> {
		const person = newPerson();
		await post(request, '/sign-up', person);
		const link = new URL(linkIn(await inbox.waitForMail(person.email)), origin);
		await post(request, '/confirm', Object.fromEntries(link.searchParams));
		return person;
	}

	/** The whole answer, without what differs from one request to the next and from one address to another. */
	async function answer(
		request: APIRequestContext,
		path: string,
		{ email, ...fields }: Fields & { email: string },
	) {
		const response = await post(request, path, { email, ...fields });
		const clean = (text: string) =>
			text
				.replaceAll(email, '[email]')
				.replaceAll(encodeURIComponent(email), '[email]')
				.replaceAll(/(sentAt|signedUpAt)%22%3A\d+/g, 'sentAt')
				.replaceAll(/nonce[-="]+[\w+/=]+/g, 'nonce');
		const headers = response
			.headersArray()
			.filter(({ name }) => !['date', 'x-request-id', 'etag'].includes(name.toLowerCase()))
			.map(({ name, value }) => `${name}: ${clean(value)}`);
		return { status: response.status(), headers, body: clean(await response.text()) };
	}

	const forms = [
		{ path: '/sign-up', fields: { name: 'Ada', password: 'correct horse battery' } },
		{ path: '/log-in?/password', fields: { password: 'correct horse battery' } },
		{ path: '/log-in?/code', fields: {} },
		{ path: '/forgot-password', fields: {} },
	];
	for (const { path, fields } of forms) {
		test(`does not learn from ${path} which emails have an account`, async ({
			playwright,
			extraHTTPHeaders,
		}) => {
			// As many browsers as questions: none of them has a cookie yet.
			const browser = () =>
				playwright.request.newContext({
					baseURL: origin,
					...(extraHTTPHeaders && { extraHTTPHeaders }),
				});
			const { email } = await register(await browser());
			const known = await answer(await browser(), path, { ...fields, email });
			const again = await answer(await browser(), path, { ...fields, email });
			const unknown = await answer(await browser(), path, {
				...fields,
				email: newPerson().email,
			});
			expect(known).toEqual(unknown);
			expect(again).toEqual(unknown);
		});
	}

	test('who fills in every field makes no account, and is told the same', async ({ request }) => {
		const person = newPerson();
		const caught = await post(request, '/sign-up', { ...person, website: 'spam.example' });
		expect(caught.status()).toBe(303);
		expect(caught.headers()['location']).toBe('/check-email');
		const { email, password } = person;
		const later = await post(request, '/log-in?/password', { email, password });
		expect(later.status(), 'there is no account to log in to').toBe(400);
	});

	test('cannot choose a role, an id or a confirmed email', async ({ page, request }) => {
		const person = newPerson();
		await post(request, '/sign-up', {
			...person,
			role: 'admin',
			id: '00000000-0000-0000-0000-000000000000',
			email_verified: 'true',
			data: '{"role":"admin"}',
		});
		await page.goto(linkIn(await inbox.waitForMail(person.email)));
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expect(page.getByRole('region', { name: 'Your profile' })).toContainText('User');
	});

	test('has a name shown as text, not run', async ({ page, request }) => {
		const person = newPerson();
		const name = '<img src=x onerror="document.title=1">';
		await post(request, '/sign-up', { ...person, name });
		await page.goto(linkIn(await inbox.waitForMail(person.email)));
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Welcome, ${name}`);
		await expect(page).toHaveTitle('Home · Gatehouse');
	});

	const hash = '0'.repeat(56);
	const links: Record<string, Fields> = {
		'without anything': {},
		'without a token': { token_hash: '', type: 'signup' },
		'with a short token': { token_hash: 'x', type: 'signup' },
		'with a token that nobody has': { token_hash: hash, type: 'signup' },
		'to somebody’s password': { token_hash: hash, type: 'recovery' },
		'of a kind that is not used': { token_hash: hash, type: 'sms' },
		'of the kind __proto__': { token_hash: hash, type: '__proto__' },
		'with a NUL byte': { token_hash: `${hash}\0`, type: 'signup' },
		'with a path for a token': { token_hash: '../admin/users', type: 'signup' },
		'with a token that never ends': { token_hash: 'x'.repeat(5_000), type: 'signup' },
		'to another site': { token_hash: hash, type: 'magiclink', next: 'https://evil.example' },
	};
	for (const [name, link] of Object.entries(links)) {
		test(`gets a plain answer to a made-up link ${name}`, async ({ request }) => {
			const opened = await request.get(`/confirm?${new URLSearchParams(link)}`);
			expect(opened.status()).toBe(200);
			const pressed = await post(request, '/confirm', link);
			expect([303, 400]).toContain(pressed.status());
			const { location = '/' } = pressed.headers();
			expect(new URL(location, origin).origin).toBe(origin);
		});
	}

	test('cannot have people sent away after they log in', async ({ request }) => {
		const person = await register(request);
		for (const next of [
			'https://evil.example/',
			'//evil.example',
			'/\\evil.example',
			'/.//evil.example',
		]) {
			const form = { email: person.email, password: person.password, next };
			const response = await post(request, '/log-in?/password', form);
			expect(response.status()).toBe(303);
			expect(response.headers()['location'], next).toBe('/home');
		}
	});

	test('cannot log somebody in or out from another site', async ({ request }) => {
		for (const path of ['/log-in?/password', '/log-out', '/confirm', '/sign-up']) {
			const response = await post(request, path, newPerson(), 'https://evil.example');
			expect(response.status(), path).toBe(403);
		}
	});

	const texts = [
		'\0',
		'\ud800',
		'\u202e',
		'👩‍🚀'.repeat(100),
		'x'.repeat(100_000),
		'[]',
		"' or 1=1 --",
	];
	for (const text of texts) {
		test(`gets no 500 for ${JSON.stringify(text).slice(0, 20)} in any field`, async ({
			request,
		}) => {
			const person = newPerson();
			for (const field of ['name', 'email', 'password', 'next']) {
				const fields = { ...person, [field]: text };
				for (const path of ['/sign-up', '/log-in?/password', '/forgot-password']) {
					const response = await post(request, path, fields);
					expect(response.status(), `${path} ${field}`).toBeLessThan(500);
				}
			}
		});
	}

	test('gets no 500 for a file or for half a form', async ({ request }) => {
		const headers = { origin, accept: 'text/html' };
		const file = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('Ada') };
		const filed = await request.post('/sign-up', {
			headers,
			multipart: { name: file, email: file, password: file },
		});
		expect(filed.status()).toBe(400);
		const half = await request.post('/sign-up', {
			headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
			data: '--x\r\ncontent-disposition: form-data; na',
		});
		expect(half.status()).toBe(400);
		expect(await half.text()).toContain('arrived damaged');
	});
});
