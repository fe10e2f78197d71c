import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as hostile from '../support/hostile.ts';
import { newPerson } from '../support/people.ts';
import { ask, findFaults, findMarkup, type Answer, type Question } from '../support/raw.ts';
import { startStage, type Stage } from '../support/stage.ts';

/** Every form of a guest, with its fields. */
const forms: Record<string, string[]> = {
	'/sign-up': ['name', 'email', 'password', 'website', 'next'],
	'/log-in?/password': ['email', 'password', 'next'],
	'/log-in?/code': ['email', 'next'],
	'/forgot-password': ['email', 'next'],
	'/confirm': ['token_hash', 'type', 'next'],
	'/check-email?/code': ['code'],
	'/check-email?/resend': [],
	'/reset-password': ['password', 'next'],
	'/log-out': ['scope'],
	'/theme': ['theme', 'next'],
};

/** Not /auth/github, whose very purpose is to lead to another site. */
const pages = [
	'/',
	'/sign-up',
	'/log-in',
	'/forgot-password',
	'/confirm',
	'/confirm/used',
	'/check-email',
	'/reset-password',
	'/log-out',
	'/almost-there',
	'/suspended',
	'/home',
	'/auth/callback',
	'/readyz',
	'/nowhere',
];

/** Who waits for a mail: without this cookie, there is no form for the code. */
const pendingMail = `pending-mail=${encodeURIComponent(
	JSON.stringify({ kind: 'sign-up', email: 'ada@example.com', sentAt: 0, next: '/home' }),
)}`;

const path = fc.constantFrom(...pages);
const form = fc.constantFrom(...Object.keys(forms));

let stage: Stage;
beforeAll(async () => {
	process.env['LITE_AUTH_BCRYPT_COST'] = '4';
	stage = await startStage();
});
afterAll(() => stage.stop());
afterEach(async () => {
	expect((await fetch(`${stage.url}/healthz`)).status).toBe(200);
});

/** Sends it as a browser on this site, from an address that no limit knows, and holds what holds of every answer. */
async function send(question: Question): Promise<Answer> {
	const { address } = stage.visitor();
	const answer = await ask(stage.url, {
		...question,
		headers: {
			accept: 'text/html',
			origin: stage.url,
			'x-forwarded-for': address,
			...question.headers,
		},
	});
	expect(findFaults(stage.url, answer)).toEqual([]);
	return answer;
}

function sendForm(to: string, { type, bytes }: hostile.Body): Promise<Answer> {
	return send({
		method: 'POST',
		path: to,
		headers: { cookie: pendingMail, ...(type === null ? {} : { 'content-type': type }) },
		body: bytes,
	});
}

function query(fields: [string, string][]): string {
	return hostile.encodeForm(fields).toString();
}

describe('27: never a 500, never another site, never markup that was typed', () => {
	it('whatever is typed into the forms', async () => {
		const typed = form.chain((to) => {
			const values: Record<string, fc.Arbitrary<string>> = {
				email: hostile.address,
				next: hostile.next,
				type: fc.oneof(fc.constantFrom('signup', 'recovery', 'invite'), hostile.text),
				token_hash: fc.oneof(fc.stringMatching(/^[\w-]{8,60}$/), hostile.text),
				code: fc.oneof(fc.stringMatching(/^\d{6}$/), hostile.text),
				theme: fc.oneof(fc.constantFrom('light', 'dark', 'system'), hostile.text),
			};
			const fields = (forms[to] ?? []).map((name) =>
				(values[name] ?? hostile.text).map((value): [string, string] => [name, value]),
			);
			return fc.record({ to: fc.constant(to), fields: fc.tuple(...fields) });
		});
		const type = 'application/x-www-form-urlencoded';
		await fc.assert(
			fc.asyncProperty(typed, async ({ to, fields }) => {
				await sendForm(to, { type, bytes: hostile.encodeForm(fields) });
			}),
			{ numRuns: 250 },
		);
	});

	it('whatever the body of a form is', async () => {
		const sent = form.chain((to) =>
			fc.record({ to: fc.constant(to), body: hostile.body(forms[to] ?? []) }),
		);
		await fc.assert(
			fc.asyncProperty(sent, async ({ to, body }) => {
				await sendForm(to, body);
			}),
			{ numRuns: 200 },
		);
	});

	it('whatever an address asks for', async () => {
		const name = fc.oneof(
			fc.constantFrom('next', 'token_hash', 'type', 'code', 'error', 'error_code', '/password'),
			hostile.text,
		);
		const fields = fc.array(fc.tuple(name, fc.oneof(hostile.next, hostile.text)), { maxLength: 4 });
		const odd = fc
			.array(
				fc.oneof(
					fc.constantFrom(
						'/',
						'//',
						'\\',
						'..',
						'%',
						'%2f',
						'%5c',
						'%00',
						'%ff',
						'%E2%80%AE',
						';',
						':',
						'@',
						'.evil.example',
						'__data.json',
						'home',
						'log-in',
					),
					hostile.headerValue,
				),
			)
			.map((parts) => `/${parts.join('').replaceAll('#', '')}`);
		await fc.assert(
			fc.asyncProperty(
				fc.oneof({ weight: 3, arbitrary: path }, odd),
				fc.oneof(
					{ weight: 3, arbitrary: fields.map(query) },
					fc.constantFrom('%', '%ff', '/code', '/'),
				),
				fc.constantFrom('', '', '/', '/__data.json'),
				async (page, search, ending) => {
					await send({ path: `${page}${ending}?${search}` });
				},
			),
			{ numRuns: 300 },
		);
	});

	it('whatever the cookies hold, and nobody gets in by them', async () => {
		const others = fc.record(
			{
				'pending-mail': fc.oneof(
					hostile.text.map(hostile.encode),
					fc.jsonValue().map((value) => hostile.encode(JSON.stringify(value))),
				),
				'may-reset': hostile.text.map(hostile.encode),
				theme: hostile.text.map(hostile.encode),
				toast: fc
					.oneof(
						hostile.text,
						fc
							.record({ kind: fc.constant('info'), text: hostile.text })
							.map((value) => JSON.stringify(value)),
					)
					.map(hostile.encode),
				'session.0': hostile.sessionCookie,
				'session.1': hostile.sessionCookie,
			},
			{ requiredKeys: [] },
		);
		await fc.assert(
			fc.asyncProperty(path, hostile.sessionCookie, others, async (page, session, rest) => {
				const cookie = Object.entries({ session, ...rest })
					.map(([name, value]) => `${name}=${value}`)
					.join('; ');
				const { headers } = await send({ path: page, headers: { cookie } });
				if (page === '/home') expect(headers.location).toMatch(/^\/log-in\?/);
			}),
			{ numRuns: 200 },
		);
	});

	it('whatever the headers say', async () => {
		const headers = fc.dictionary(
			fc.constantFrom(
				'x-request-id',
				'accept',
				'accept-language',
				'cookie',
				'x-forwarded-for',
				'x-forwarded-proto',
				'x-forwarded-host',
				'host',
				'referer',
				'user-agent',
				'authorization',
				'x-sveltekit-action',
				'x-sveltekit-invalidated',
				'range',
				'if-none-match',
				'origin',
				'content-type',
			),
			hostile.headerValue,
		);
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'BREW'),
				path,
				headers,
				async (method, page, given) => {
					await send({ method, path: page, headers: given });
				},
			),
			{ numRuns: 200 },
		);
	});

	it('wherever somebody signed in is to be sent', async () => {
		const { name, email, password } = newPerson();
		const browser = stage.visitor();
		await browser.submit('/sign-up', { name, email, password });
		await arrive(email, browser);
		const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
		const leads = fc.constantFrom(
			'/sign-up',
			'/log-in',
			'/confirm/used',
			'/almost-there',
			'/suspended',
		);
		await fc.assert(
			fc.asyncProperty(leads, hostile.next, async (page, next) => {
				const answer = await send({
					path: `${page}?${query([['next', next]])}`,
					headers: { cookie },
				});
				expect(answer.status).toBe(303);
			}),
			{ numRuns: 150 },
		);
	});

	it('however large it is', async () => {
		const large = {
			type: 'application/x-www-form-urlencoded',
			bytes: Buffer.alloc(1_000_000, 'x'),
		};
		for (const to of Object.keys(forms)) {
			const { status } = await sendForm(to, large);
			expect([303, 400, 413]).toContain(status);
		}
		const long = 'x'.repeat(20_000);
		expect((await send({ path: '/', headers: { cookie: `session=${long}` } })).status).toBe(431);
		expect((await send({ path: `/log-in?next=${long}` })).status).toBe(431);
	});
});

/** Confirms by the newest mail, and holds that it leads home, to a page without foreign markup and a whole profile. */
async function arrive(email: string, browser = stage.visitor()): Promise<void> {
	const link = await stage.linkFor(email);
	const fields = Object.fromEntries(new URL(link, stage.url).searchParams);
	const home = await browser.follow(await browser.submit(link, fields));
	expect({ path: home.path, status: home.status }).toEqual({ path: '/home', status: 200 });
	expect(findMarkup(home.html)).toEqual([]);
	expect(await findAccounts(email)).toEqual([{ role: 'user', named: true }]);
}

function findAccounts(email: string) {
	return stage.sql(
		`select person.role, length(person.name) > 0 as named
		from auth.users as account
		left join public.users as person on person.id = account.id
		where account.email = $1`,
		[email],
	);
}

describe('27, 28: everybody who has an account has a profile, and a page that renders', () => {
	it('whatever the name in the form is, unless the form refuses it', async () => {
		await fc.assert(
			fc.asyncProperty(hostile.text, async (name) => {
				const { email, password } = newPerson();
				const type = 'application/x-www-form-urlencoded';
				const bytes = hostile.encodeForm(Object.entries({ name, email, password }));
				const { status } = await sendForm('/sign-up', { type, bytes });
				if (status === 303) await arrive(email);
				else expect(await findAccounts(email)).toEqual([]);
			}),
			{ numRuns: 60 },
		);
	});

	it('whatever the metadata is that somebody sends past the form, unless the auth server refuses it', async () => {
		const keys = ['name', 'full_name', 'user_name', 'role', 'id', 'sub', 'email', 'email_verified'];
		const metadata = fc.oneof(
			fc.dictionary(fc.constantFrom(...keys), fc.oneof(hostile.text, fc.jsonValue())),
			fc.jsonValue(),
		);
		const { url, publishableKey } = stage.backend;
		await fc.assert(
			fc.asyncProperty(metadata, async (data) => {
				const { email, password } = newPerson();
				const { ok } = await fetch(`${url}/auth/v1/signup`, {
					method: 'POST',
					headers: { apikey: publishableKey, 'content-type': 'application/json' },
					body: JSON.stringify({ email, password, data }),
				});
				if (ok) await arrive(email);
				else expect(await findAccounts(email)).toEqual([]);
			}),
			{ numRuns: 60 },
		);
	});
});
