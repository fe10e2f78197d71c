import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFolder } from '../../supabase/local/lock.ts';
import { makeDataFolder, startBackend } from '../support/backend.ts';
import { freePorts } from '../support/server.ts';
import { until } from '../support/until.ts';

const folder = makeDataFolder();
afterAll(() => folder.remove());

async function spawnStart(env: NodeJS.ProcessEnv) {
	const [port, backendPort] = await freePorts(2);
	const child = spawn(process.execPath, ['src/cli/start.ts'], {
		env: {
			...process.env,
			PUBLIC_SUPABASE_URL: '',
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: '',
			SUPABASE_SECRET_KEY: '',
			DATABASE_URL: '',
			PORT: String(port),
			LOCAL_SUPABASE_PORT: String(backendPort),
			LOCAL_SUPABASE_DATA: folder.data,
			...env,
		},
		stdio: 'pipe',
	});
	return { child, url: `http://127.0.0.1:${port}` };
}

/** Its exit code, once all that it had started is gone too: its output stays open as long as one of them is there. */
async function endOf(child: ChildProcess): Promise<number | null> {
	let closed = false;
	child.once('close', () => (closed = true));
	await until('npm start to end', async () => child.exitCode !== null || child.signalCode, 120);
	await until('what npm start has started to end', async () => closed, 120);
	return child.exitCode;
}

/** Runs `npm start` until it ends, and answers what it said. */
async function start(env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
	const { child } = await spawnStart(env);
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
	const [code] = await once(child, 'close');
	return { code, said: said.trim() };
}

const key = { PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x' };

describe('a start that cannot succeed says why in one sentence, without a stack, and ends', () => {
	it('when the port of the app is in use', async () => {
		const server = createServer().listen(0);
		await once(server, 'listening');
		const address = server.address();
		const port = typeof address === 'object' ? address?.port : undefined;
		expect(await start({ PORT: String(port) })).toEqual({
			code: 1,
			said: `Port ${port} is in use. Stop what uses it. Set PORT to another port.`,
		});
		server.close();
	});

	it('when the data folder is in use', async () => {
		const backend = await startBackend({ data: folder.data });
		const { code, said } = await start({});
		expect(code).toBe(1);
		expect(said).toMatch(/^Another embedded backend is using .+\.$/);
		await backend.stop();
	});

	it('when the project cannot be reached', async () => {
		const [nobody] = await freePorts(1);
		const url = `http://127.0.0.1:${nobody}`;
		expect(await start({ ...key, PUBLIC_SUPABASE_URL: url })).toEqual({
			code: 1,
			said: `No answer from ${url}. Check PUBLIC_SUPABASE_URL, and that the project is running and not paused.`,
		});
	});

	it('when the project refuses the key', async () => {
		const other = makeDataFolder();
		const backend = await startBackend({ data: other.data });
		const { code, said } = await start({ ...key, PUBLIC_SUPABASE_URL: backend.url });
		expect({ code, said }).toEqual({
			code: 1,
			said: `${backend.url} refuses PUBLIC_SUPABASE_PUBLISHABLE_KEY. Copy it again from the project's API settings.`,
		});
		await backend.stop();
		other.remove();
	});

	it('when the PostgreSQL of DATABASE_URL cannot be reached', async () => {
		const [nobody] = await freePorts(1);
		const { code, said } = await start({
			DATABASE_URL: `postgres://postgres@127.0.0.1:${nobody}/gatehouse`,
		});
		expect(code).toBe(1);
		expect(said).toMatch(/^The database in DATABASE_URL cannot be used: .+\.$/);
		expect(said.split('\n')).toHaveLength(1);
	});

	it('when a value makes no sense', async () => {
		expect(await start({ ORIGIN: 'gatehouse' })).toEqual({
			code: 1,
			said: 'ORIGIN must be a web address such as https://gatehouse.example.',
		});
	});
});

describe('a start that is told to stop', () => {
	it.each(['SIGINT', 'SIGTERM'] as const)(
		'by %s ends cleanly, and leaves the data free',
		async (signal) => {
			const { child, url } = await spawnStart({});
			await until('the app to be ready', () => answers(`${url}/readyz`));
			child.kill(signal);
			expect(await endOf(child)).toBe(0);
			await expect(fetch(`${url}/healthz`)).rejects.toThrow();
			lockFolder(folder.data).release();
		},
	);
});

describe('a start that is killed', () => {
	it('takes along what it has started, and leaves the data free', async () => {
		const { child, url } = await spawnStart({});
		await until('the app to be ready', () => answers(`${url}/readyz`));
		child.kill('SIGKILL');
		await endOf(child);
		await expect(fetch(`${url}/healthz`)).rejects.toThrow();
		expect(isFree()).toBe(true);
	});
});

describe('a start that is told to stop before it is done', () => {
	it('leaves nothing behind', async () => {
		const { child, url } = await spawnStart({});
		await once(child.stdout, 'data');
		child.kill('SIGTERM');
		expect(await endOf(child)).toBe(0);
		await expect(fetch(`${url}/healthz`)).rejects.toThrow();
		await until('the data to be free', async () => isFree());
	});
});

describe('a worker that dies', () => {
	it('is followed by another one', async () => {
		const { child } = await spawnStart({});
		let said = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
		const workers = () =>
			[...said.matchAll(/"worker":"[^"]+:(\d+):/g)].map(([, pid]) => Number(pid));
		const first = await until('the first worker', async () => workers()[0] ?? null);
		process.kill(first, 'SIGKILL');
		const second = await until('the second worker', async () => workers()[1] ?? null);
		expect(second).not.toBe(first);
		child.kill('SIGTERM');
		expect(await endOf(child)).toBe(0);
	});
});

function isFree(): boolean {
	try {
		lockFolder(folder.data).release();
		return true;
	} catch {
		return false;
	}
}

async function answers(url: string): Promise<boolean> {
	return fetch(url).then(
		(answer) => answer.ok,
		() => false,
	);
}
