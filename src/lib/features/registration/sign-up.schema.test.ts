import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { signUpSchema } from './sign-up.schema.ts';

const ada = {
	name: 'Ada Lovelace',
	email: 'ada@example.com',
	password: 'correct horse battery',
	website: '',
	next: '',
};

/** The first message at each field. */
function errorsOf(change: Partial<typeof ada>): Record<string, string | undefined> {
	const parsed = v.safeParse(signUpSchema, { ...ada, ...change }, { abortPipeEarly: true });
	const nested = parsed.success ? {} : (v.flatten(parsed.issues).nested ?? {});
	return Object.fromEntries(Object.entries(nested).map(([name, all]) => [name, all?.[0]]));
}

const emailOf = (email: string) => v.parse(signUpSchema, { ...ada, email }).email;

describe('an email', () => {
	it.each([
		[' Ada@Example.COM ', 'ada@example.com'],
		['ada+news@example.com', 'ada+news@example.com'],
		['ada@bücher.example', 'ada@xn--bcher-kva.example'],
		["o'neil.x_y@sub.example.co", "o'neil.x_y@sub.example.co"],
	])('%s is kept as %s', (typed, kept) => {
		expect(emailOf(typed)).toBe(kept);
	});

	it.each([
		'ada',
		'ada@',
		'@example.com',
		'ada@localhost',
		'ada@@example.com',
		'ada lovelace@example.com',
		'.ada@example.com',
		'ada..x@example.com',
		'<b>x</b>@example.com',
		'ada@exam\0ple.com',
		'ädä@example.com',
		'ada@-example.com',
		`${'a'.repeat(250)}@example.com`,
	])('%s is refused', (email) => {
		expect(errorsOf({ email })).toHaveProperty('email');
	});

	it('that is accepted is its own normal form', () => {
		const accepted = fc
			.emailAddress()
			.filter((email) => v.safeParse(signUpSchema, { ...ada, email }).success);
		fc.assert(
			fc.property(accepted, (typed) => {
				const { email } = v.parse(signUpSchema, { ...ada, email: typed });
				expect(emailOf(email)).toBe(email);
			}),
		);
	});
});

describe('a name', () => {
	it.each(['Zoë', 'محمد', '李小龍', '👩‍🚀', '𝔄'.repeat(80), "<script>alert('x')</script>"])(
		'%s is welcome',
		(name) => {
			expect(v.parse(signUpSchema, { ...ada, name }).name).toBe(name);
		},
	);

	it.each(['', '   ', 'x'.repeat(81), 'a\0b', 'a\nb', 'a\u202eb', 'a\ud800b'])(
		'%j is refused',
		(name) => {
			expect(errorsOf({ name })).toHaveProperty('name');
		},
	);
});

describe('a password', () => {
	it.each([
		['seven77', 'Please use 8 characters or more.'],
		['é'.repeat(37), /at most 72/],
		['pass\0word12345', /can be typed/],
		['Password1', /Too many people/],
		['ADA@example.com', /not your name or your email/],
		['ada lovelace', /not your name or your email/],
	])('%j is refused: %s', (password, message) => {
		expect(errorsOf({ password }).password).toMatch(message);
	});

	it('may have any length from 8 to 72 bytes', () => {
		expect(errorsOf({ password: 'xk4!qp9z' })).toEqual({});
		expect(errorsOf({ password: 'é'.repeat(36) })).toEqual({});
	});

	it('is taken as it was typed, spaces included', () => {
		const password = '  two spaces  before and after  ';
		expect(v.parse(signUpSchema, { ...ada, password }).password).toBe(password);
	});
});
