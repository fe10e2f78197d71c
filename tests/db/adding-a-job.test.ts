import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, register, startBackend, type Backend, type Registered } from '../support/backend.ts';
import { until } from '../support/until.ts';

const guide = readFileSync('docs/adding-a-job.md', 'utf8');
const copy = mkdtempSync(join(tmpdir(), 'gatehouse-copy-'));
let backend: Backend;
let ada: Registered;

beforeAll(async () => {
	for (const each of ['src', 'supabase', 'package.json', 'tsconfig.json']) {
		cpSync(each, join(copy, each), { recursive: true });
	}
	symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
	followGuide();
	backend = await startBackend({ data: join(copy, 'data'), cwd: copy });
	ada = await register(backend, 'ada@example.com');
});
afterAll(async () => {
	await backend?.stop();
	rmSync(copy, { recursive: true, force: true });
});

/** The files that the guide names, and the two lines of its fourth step. */
function followGuide(): void {
	const files = [...guide.matchAll(/^`([\w/.-]+)`\n\n```\w+\n(.+?)^```/gms)];
	expect(files).toHaveLength(3);
	for (const [, file = '', text = ''] of files) {
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		writeFileSync(join(copy, file), text);
	}
	const [, step = ''] = guide.split('## 4.');
	const [, imported, line] = /```ts\n(.+?)```.+?```ts\n(.+?)```/s.exec(step) ?? [];
	const list = join(copy, 'src/worker/tasks.ts');
	const before = readFileSync(list, 'utf8');
	const after = imported + before.replace('Record<string, Task> = {', `$&\n${line}`);
	writeFileSync(list, after);
}

async function ask(text: string): Promise<void> {
	const { status } = await call(backend, '/rest/v1/capitals', { body: { text }, token: ada.token });
	expect(status).toBe(201);
}

async function read(): Promise<unknown> {
	const path = '/rest/v1/capitals?select=text,state,result&order=text';
	return (await call(backend, path, { token: ada.token })).body;
}

test('whoever follows the guide has a job that a worker does', async () => {
	await ask('gatehouse');
	await ask('ABC');
	expect(await read()).toEqual([
		{ text: 'ABC', state: 'waiting', result: null },
		{ text: 'gatehouse', state: 'waiting', result: null },
	]);
	const worker = fork('src/worker/main.ts', {
		cwd: copy,
		env: {
			...process.env,
			DATABASE_URL: '',
			PUBLIC_SUPABASE_URL: backend.url,
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.publishableKey,
			SUPABASE_SECRET_KEY: backend.secretKey,
		},
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	await until(
		'both jobs to end',
		async () => !/waiting|running/.test(JSON.stringify(await read())),
	);
	expect(await read()).toEqual([
		{ text: 'ABC', state: 'failed', result: null },
		{ text: 'gatehouse', state: 'done', result: 'GATEHOUSE' },
	]);
	worker.kill('SIGTERM');
	await once(worker, 'exit');
});

test('in it nobody writes the worker’s columns, nor in another name', async () => {
	for (const body of [
		{ text: 'x', state: 'done' },
		{ text: 'x', result: 'X' },
		{ text: 'x', user_id: ada.id },
	]) {
		const answer = await call(backend, '/rest/v1/capitals', { body, token: ada.token });
		expect(answer).toMatchObject({ status: 403, body: { code: '42501' } });
	}
});
