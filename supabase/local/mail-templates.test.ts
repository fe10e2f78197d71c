import { App, InMemoryEmailDriver } from '@supabase/lite';
import { createClient, type EmailOtpType, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { site } from '../../src/lib/config.ts';
import { readConfig } from './config.ts';
import type { Database } from './database.ts';
import { openScratchDatabase } from './scratch.ts';

const origin = 'http://localhost:5173';
const keys = {
	jwtSecret: 'a-secret-of-at-least-thirty-two-characters',
	publishableKey: 'sb_publishable_mails',
	secretKey: 'sb_secret_mails',
};

type Case = {
	template: string;
	type: EmailOtpType;
	hasCode: boolean;
	/** Does what a person does to be sent this mail. */
	ask(client: SupabaseClient, email: string, lastLink: () => URL): Promise<void>;
};

const cases: Case[] = [
	{ template: 'confirmation', type: 'signup', hasCode: true, ask: signUp },
	{ template: 'invite', type: 'invite', hasCode: false, ask: signUp },
	{
		template: 'magic_link',
		type: 'magiclink',
		hasCode: true,
		ask: async (client, email) => {
			const { error } = await client.auth.signInWithOtp({
				email,
				options: { data: { name: '<b>x</b>' } },
			});
			expect(error).toBeNull();
		},
	},
	{
		template: 'recovery',
		type: 'recovery',
		hasCode: false,
		ask: async (client, email) => {
			await signUp(client, email);
			const { error } = await client.auth.resetPasswordForEmail(email);
			expect(error).toBeNull();
		},
	},
	{
		template: 'email_change',
		type: 'email_change',
		hasCode: false,
		ask: async (client, email, lastLink) => {
			await signUp(client, email);
			await follow(client, lastLink(), 'signup');
			const { error } = await client.auth.updateUser({ email: `new.${email}` });
			expect(error).toBeNull();
		},
	},
];

/** Both the name and the address may be markup: the embedded auth server takes any that has an @ and a dot. */
async function signUp(client: SupabaseClient, email: string): Promise<void> {
	const { error } = await client.auth.signUp({
		email,
		password: 'a long enough password',
		options: { data: { name: '<b>x</b>' } },
	});
	expect(error).toBeNull();
}

async function follow(client: SupabaseClient, link: URL, type: EmailOtpType): Promise<void> {
	const token_hash = link.searchParams.get('token_hash') ?? '';
	const { error } = await client.auth.verifyOtp({ token_hash, type });
	expect(error).toBeNull();
}

let database: Database;
beforeAll(async () => {
	database = await openScratchDatabase();
});
afterAll(() => database.close());

describe.each(cases)('the mail $template', ({ template, type, hasCode, ask }) => {
	const email = `<b>${template}</b>@example.com`;
	let client: SupabaseClient;
	let to: string | undefined;
	let html: string;
	let link: URL;

	beforeAll(async () => {
		const driver = new InMemoryEmailDriver();
		const lastMail = () => [...driver.messages.values()].flat().at(-1);
		const lastLink = () => new URL(/<a href="([^"]+)"/.exec(lastMail()?.html ?? '')?.[1] ?? '');
		client = connect(template, driver);
		await ask(client, email, lastLink);
		to = lastMail()?.to;
		html = lastMail()?.html ?? '';
		link = lastLink();
	});

	it('goes to the address that is to be proven', () => {
		expect(to).toBe(template === 'email_change' ? `new.${email}` : email);
	});

	it('says which site it is from', () => {
		expect(html).toContain(`Sent by ${site.name}, ${origin}`);
	});

	it('links to the page with the button and says where the person was going', () => {
		expect(link.origin + link.pathname).toBe(`${origin}/confirm`);
		expect(Object.fromEntries(link.searchParams)).toEqual({
			token_hash: expect.stringMatching(/^\w{32,}$/),
			type,
			next: origin,
		});
	});

	it('can be read without its tags, the link written out', () => {
		const text = html.replaceAll(/<[^>]*>/g, ' ');
		expect(text).toContain(
			` ${origin}/confirm?token_hash=${link.searchParams.get('token_hash')}&type=${type} `,
		);
		expect(/ \d{8} /.test(text)).toBe(hasCode);
	});

	it('leaves no placeholder behind and lets nobody write markup into it', () => {
		expect(html).not.toMatch(/\{\{|\}\}|no value|undefined|\[object/);
		expect(html).not.toContain('<b>');
	});

	// The embedded auth server sends no invitations: here the sign-up's token stands in the template.
	it('carries a token that the auth server takes', () =>
		follow(client, link, template === 'invite' ? 'signup' : type));
});

/** A client of an auth server with the project's settings. An invitation is rendered in place of a confirmation. */
function connect(template: string, email: InMemoryEmailDriver): SupabaseClient {
	const { auth, ...rest } = readConfig(origin, keys);
	const invitation = { confirmation: { content_path: 'supabase/templates/invite.html' } };
	const app = new App({
		...rest,
		auth:
			template === 'invite' ? { ...auth, email: { ...auth.email, template: invitation } } : auth,
		connection: database.connection,
		options: { server: { admin: false }, drivers: { email } },
	});
	return createClient('http://127.0.0.1:54321', keys.publishableKey, {
		auth: { persistSession: false, autoRefreshToken: false },
		global: { fetch: async (input, init) => app.fetch(new Request(input, init)) },
	});
}
