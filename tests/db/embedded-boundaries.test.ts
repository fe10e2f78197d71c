import { statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, makeDataFolder, register, startBackend, type Backend } from '../support/backend.ts';
import { until } from '../support/until.ts';

const folder = makeDataFolder();
let backend: Backend;

beforeAll(async () => {
	backend = await startBackend({ data: folder.data });
});
afterAll(async () => {
	await backend.stop();
	folder.remove();
});

describe('the embedded backend', () => {
	it('answers nothing without a key', async () => {
		for (const path of ['/rest/v1/users', '/rest/v1/rpc/schema_version', '/auth/v1/settings']) {
			expect((await call(backend, path, { key: null })).status).toBe(401);
		}
	});

	it('serves auth and data, and nothing of its own insides', async () => {
		for (const path of [
			'/_system/config',
			'/_system/info',
			'/_system/introspect',
			'/',
			'/storage/v1/bucket',
		]) {
			expect((await call(backend, path)).status).toBe(404);
		}
		expect((await call(backend, '/rest/v1/rpc/schema_version')).status).toBe(200);
	});

	it('exposes no schema but public', async () => {
		for (const schema of ['private', 'auth', 'supabase_migrations']) {
			const answer = await call(backend, '/rest/v1/users', {
				headers: { 'accept-profile': schema },
				key: backend.secretKey,
			});
			expect(answer.status).toBe(406);
		}
	});

	it('invites no browser: not a single CORS header, also not for a preflight', async () => {
		const preflight = await call(backend, '/rest/v1/users', {
			method: 'OPTIONS',
			headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
		});
		const answer = await call(backend, '/auth/v1/settings', {
			headers: { origin: 'https://evil.example' },
		});
		for (const { headers } of [preflight, answer]) {
			expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
		}
	});

	it('refuses a name that another site points at this machine', async () => {
		const status = await new Promise<number | undefined>((resolve, reject) => {
			request(`${backend.url}/inbox.json`, { headers: { host: 'evil.example' } }, (response) => {
				response.resume();
				resolve(response.statusCode);
			})
				.on('error', reject)
				.end();
		});
		expect(status).toBe(403);
	});

	it('listens on the loopback address alone', async () => {
		const others = Object.values(networkInterfaces())
			.flatMap((addresses) => addresses ?? [])
			.filter((each) => each.family === 'IPv4' && !each.internal);
		const port = Number(new URL(backend.url).port);
		const open = await Promise.all(others.map(({ address }) => canConnect(address, port)));
		expect(open).not.toContain(true);
		expect(await canConnect('127.0.0.1', port)).toBe(true);
	});

	it('keeps its keys for its owner alone', () => {
		expect(statSync(join(folder.data, 'keys.json')).mode & 0o777).toBe(0o600);
		expect(statSync(folder.data).mode & 0o077).toBe(0);
		expect(statSync(join(folder.data, 'db')).mode & 0o077).toBe(0);
	});

	it('writes down that a statement failed, and none of its values', async () => {
		const answer = await call(backend, '/auth/v1/signup', {
			// Half a character is no text for the database.
			body: {
				email: 'ada.lovelace@example.com',
				password: 'correct horse',
				data: { name: '\ud800' },
			},
		});
		expect(answer.status).toBe(500);
		await until('the line about it', async () => backend.errors().includes('Auth error'));
		expect(backend.errors()).not.toContain('lovelace');
		expect(backend.errors()).not.toMatch(/\$2[aby]\$|params/);
	});

	it('refuses a request that is too large, and goes on', async () => {
		const answer = await call(backend, '/auth/v1/signup', {
			body: { email: 'big@example.com', password: 'x'.repeat(11 * 1024 * 1024) },
		});
		expect(answer.status).toBe(413);
		expect((await call(backend, '/rest/v1/rpc/schema_version')).status).toBe(200);
	});

	it('refuses a second start on the same data in one sentence', async () => {
		await expect(startBackend({ data: folder.data })).rejects.toThrow(
			/^Another embedded backend is using .+ Stop it first, or set LOCAL_SUPABASE_DATA to another folder\.$/,
		);
	});

	it('refuses a busy port in one sentence', async () => {
		const other = makeDataFolder();
		const port = Number(new URL(backend.url).port);
		await expect(startBackend({ data: other.data, port })).rejects.toThrow(
			`Port ${port} is in use. Stop what uses it, or set LOCAL_SUPABASE_PORT to another port.`,
		);
		other.remove();
	});

	it('says what to do about a damaged key file', async () => {
		const other = makeDataFolder();
		writeFileSync(join(other.data, 'keys.json'), '{"jwtSecret":"short"}');
		await expect(startBackend({ data: other.data })).rejects.toThrow(
			/keys\.json is damaged\. Delete it/,
		);
		other.remove();
	});
});

describe('people who ask at the same moment', () => {
	it('each get their own answer and nobody another one’s rights', async () => {
		const [ada, bob] = [
			await register(backend, 'ada@example.org'),
			await register(backend, 'bob@example.org'),
		];
		const asAda = () => call(backend, '/rest/v1/users?select=email', { token: ada.token });
		const asBob = () => call(backend, '/rest/v1/users?select=email', { token: bob.token });
		const asNobody = () => call(backend, '/rest/v1/users?select=email');
		const asTrusted = () =>
			call(backend, '/rest/v1/users?select=email', { key: backend.secretKey });

		const rounds = await Promise.all(
			Array.from({ length: 100 }, () => Promise.all([asAda(), asTrusted(), asBob(), asNobody()])),
		);
		for (const [forAda, forTrusted, forBob, forNobody] of rounds) {
			expect(forAda.body).toEqual([{ email: ada.email }]);
			expect(forBob.body).toEqual([{ email: bob.email }]);
			expect(forTrusted.body).toHaveLength(2);
			expect(forNobody.body).toMatchObject({ code: '42501' });
		}
	});
});

function canConnect(host: string, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host, port, timeout: 2000 });
		const end = (open: boolean) => {
			socket.destroy();
			resolve(open);
		};
		socket.once('connect', () => end(true));
		socket.once('error', () => end(false));
		socket.once('timeout', () => end(false));
	});
}
