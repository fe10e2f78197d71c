import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings, StartError } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function envFile(content: string | Uint8Array): string {
	const file = join(folder, '.env');
	writeFileSync(file, content);
	return file;
}

const absent = join(folder, 'absent');

describe('the settings', () => {
	it('are those of the embedded backend when nothing is set', () => {
		expect(readSettings({}, absent)).toMatchObject({
			project: null,
			databaseUrl: undefined,
			port: 3000,
			local: { port: 54321 },
		});
	});

	it('come from .env, and the environment overrules it', () => {
		const file = envFile(
			'PORT=4000\nLOCAL_SUPABASE_PORT=5000\n# a comment\n\nexport ORIGIN="https://a.example/"\n',
		);
		expect(readSettings({ PORT: '4001' }, file)).toMatchObject({
			port: 4001,
			origin: 'https://a.example',
			local: { port: 5000 },
		});
	});

	it('hand on what .env adds, to the processes that are started', () => {
		const env = { LOG_LEVEL: 'warn' };
		readSettings(env, envFile('LOG_LEVEL=debug\nBREACHED_PASSWORDS_URL=https://a.example\n'));
		expect(env).toEqual({ LOG_LEVEL: 'warn', BREACHED_PASSWORDS_URL: 'https://a.example' });
	});

	it('take an empty value for none', () => {
		expect(readSettings({ PUBLIC_SUPABASE_URL: '', DATABASE_URL: '' }, absent)).toMatchObject({
			project: null,
			databaseUrl: undefined,
		});
	});

	it('read a value over several lines', () => {
		const file = envFile('NOTE="first\nsecond line"\nPORT=4000\n');
		expect(readSettings({}, file).port).toBe(4000);
	});

	it.each([
		['PORT', 'http', 'PORT must be a port number between 1 and 65535.'],
		['PORT', '0', 'PORT must be a port number between 1 and 65535.'],
		[
			'LOCAL_SUPABASE_PORT',
			'70000',
			'LOCAL_SUPABASE_PORT must be a port number between 1 and 65535.',
		],
		[
			'DATABASE_URL',
			'mysql://x',
			'DATABASE_URL must begin with postgres:// and name a PostgreSQL database.',
		],
		['ORIGIN', 'gatehouse', 'ORIGIN must be a web address such as https://gatehouse.example.'],
	])('refuse %s=%s in one sentence', (name, value, sentence) => {
		expect(() => readSettings({ [name]: value }, absent)).toThrow(new StartError(sentence));
	});

	it('want the address and the key of a project together', () => {
		expect(() => readSettings({ PUBLIC_SUPABASE_URL: 'https://a.supabase.co' }, absent)).toThrow(
			'PUBLIC_SUPABASE_URL is set, but PUBLIC_SUPABASE_PUBLISHABLE_KEY is not.',
		);
		expect(() =>
			readSettings({ PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x' }, absent),
		).toThrow('PUBLIC_SUPABASE_PUBLISHABLE_KEY is set, but PUBLIC_SUPABASE_URL is not.');
	});

	it('name the line of .env that is no assignment', () => {
		const file = envFile('PORT=4000\nPUBLIC_SUPABASE_URL https://a.supabase.co\n');
		expect(() => readSettings({}, file)).toThrow(
			/, line 2: expected NAME=value\. Compare it with \.env\.example\.$/,
		);
	});

	it('refuse a .env that is not text, or not a file', () => {
		const sentence = /could not be read as text\. Compare it with \.env\.example\.$/;
		expect(() => readSettings({}, envFile(new Uint8Array([0xff, 0xfe, 0x00, 0x41])))).toThrow(
			sentence,
		);
		expect(() => readSettings({}, folder)).toThrow(sentence);
	});
});
