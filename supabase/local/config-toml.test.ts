import { existsSync, readFileSync } from 'node:fs';
import { CliConfigSchema } from '@supabase/config';
import { App } from '@supabase/lite';
import { createPgliteConnection } from '@supabase/lite/pglite';
import { Schema } from 'effect';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { site } from '../../src/lib/config.ts';
import { readConfig } from './config.ts';

const toml = readFileSync('supabase/config.toml', 'utf8');
const forCli = Schema.decodeUnknownSync(CliConfigSchema, { onExcessProperty: 'error' });

describe('supabase/config.toml', () => {
	it('holds only what the Supabase CLI knows', () => {
		expect(forCli(parse(toml)).project_id).toBe('gatehouse');
	});

	it.each([
		['a misspelt section', '[auth]', '[auht]'],
		['a misspelt setting', 'enable_confirmations', 'enable_confirmation'],
		['a setting of the embedded backend alone', '[db]', '[db]\ndriver = "pglite"'],
		['a value of the wrong type', 'otp_length = 8', 'otp_length = "eight"'],
	])('would be refused with %s', (_, right, wrong) => {
		expect(toml).toContain(right);
		expect(() => forCli(parse(toml.replace(right, wrong)))).toThrow();
	});

	it("names for each of the five mails a template file, and a subject that says the site's name", () => {
		const { template } = forCli(parse(toml)).auth.email;
		expect(Object.keys(template).sort()).toEqual([
			'confirmation',
			'email_change',
			'invite',
			'magic_link',
			'recovery',
		]);
		for (const [name, mail] of Object.entries(template)) {
			expect(mail?.subject, name).toContain(site.name);
			expect(mail && existsSync(mail.content_path), name).toBe(true);
		}
	});

	it('finds its seed file beside itself', () => {
		for (const path of forCli(parse(toml)).db.seed.sql_paths) {
			expect(existsSync(`supabase/${path}`), path).toBe(true);
		}
	});

	it('is accepted by the embedded backend, with the settings that guard an account', async () => {
		const connection = await createPgliteConnection();
		const config = readConfig('http://localhost:5173', {
			jwtSecret: 'a-secret-of-at-least-thirty-two-characters',
			publishableKey: 'sb_publishable_test',
			secretKey: 'sb_secret_test',
		});
		const { auth } = new App({ connection, ...config }).config;
		expect(auth).toMatchObject({
			minimum_password_length: 8,
			email: {
				enable_confirmations: true,
				double_confirm_changes: false,
				secure_password_change: true,
			},
		});
		await connection.close();
	});
});
