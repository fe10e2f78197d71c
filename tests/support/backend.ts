import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '../../supabase/local/main.ts';
import { freePorts } from './server.ts';

export type Backend = {
	url: string;
	publishableKey: string;
	secretKey: string;
	data: string;
	pid: number;
	/** What it has written to its standard error so far. */
	errors(): string;
	/** SIGTERM, as Ctrl+C does it. */
	stop(): Promise<void>;
	/** SIGKILL: no time for anything. */
	kill(): Promise<void>;
};

type Options = {
	data: string;
	port?: number;
	databaseUrl?: string;
	/** A copy of the project to run instead of this one. */
	cwd?: string;
};

/** The embedded backend as a process of its own, as `npm start` runs it. Throws what it says when it cannot start. */
export async function startBackend({ data, port, databaseUrl, cwd }: Options): Promise<Backend> {
	const [free] = await freePorts(1);
	const child = fork('supabase/local/main.ts', ['--inbox'], {
		cwd,
		env: {
			...process.env,
			LOCAL_SUPABASE_PORT: String(port ?? free),
			LOCAL_SUPABASE_DATA: data,
			DATABASE_URL: databaseUrl ?? '',
			ORIGIN: 'http://localhost:3000',
		},
		execArgv: ['--disable-warning=ExperimentalWarning'],
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
	});
	let errors = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
	const ended = once(child, 'exit');
	const end = async (signal: NodeJS.Signals) => {
		child.kill(signal);
		await ended;
	};
	const ready = await new Promise<Extract<Message, { kind: 'ready' }>>((resolve, reject) => {
		child.on('message', (message: Message) => {
			if (message.kind === 'ready') resolve(message);
			if (message.kind === 'failed') reject(new Error(message.text));
		});
		child.once('exit', (code) => reject(new Error(`The backend ended with code ${code}.`)));
	});
	const { url, publishableKey, secretKey } = ready;
	return {
		url,
		publishableKey,
		secretKey,
		data,
		pid: child.pid ?? 0,
		errors: () => errors,
		stop: () => end('SIGTERM'),
		kill: () => end('SIGKILL'),
	};
}

export function makeDataFolder(): { data: string; remove(): void } {
	const data = mkdtempSync(join(tmpdir(), 'gatehouse-data-'));
	return { data, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** A call as a client without a library would make it: what is tested is the backend, not supabase-js. */
export async function call(
	backend: Backend,
	path: string,
	options: {
		method?: string;
		body?: unknown;
		key?: string | null;
		token?: string;
		headers?: Record<string, string>;
	} = {},
): Promise<{ status: number; body: unknown; headers: Headers }> {
	const { method = options.body === undefined ? 'GET' : 'POST', body, token, headers } = options;
	const key = options.key === undefined ? backend.publishableKey : options.key;
	const response = await fetch(`${backend.url}${path}`, {
		method,
		headers: {
			...(key ? { apikey: key } : {}),
			...(token ? { authorization: `Bearer ${token}` } : {}),
			...(body === undefined ? {} : { 'content-type': 'application/json' }),
			...headers,
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: parse(text) };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

export type Registered = { id: string; email: string; password: string; token: string };

/** Signs somebody up, confirms the address with the mail from the inbox, and answers their token. */
export async function register(backend: Backend, email: string): Promise<Registered> {
	const password = 'correct horse battery';
	await call(backend, '/auth/v1/signup', { body: { email, password } });
	const found = await call(
		backend,
		`/inbox/api/v1/search?query=${encodeURIComponent(`to:"${email}"`)}`,
	);
	const id = /"ID":"([\w-]+)"/.exec(JSON.stringify(found.body))?.[1];
	const mail = await call(backend, `/inbox/api/v1/message/${id}`);
	const tokenHash = /token_hash=([\w-]+)/.exec(JSON.stringify(mail.body))?.[1];
	const verified = await call(backend, '/auth/v1/verify', {
		body: { type: 'signup', token_hash: tokenHash },
	});
	return { ...readSession(verified.body), email, password };
}

export async function logIn(backend: Backend, person: Registered): Promise<Registered> {
	const { email, password } = person;
	const answer = await call(backend, '/auth/v1/token?grant_type=password', {
		body: { email, password },
	});
	return { ...readSession(answer.body), email, password };
}

function readSession(body: unknown): { id: string; token: string } {
	if (typeof body === 'object' && body !== null && 'access_token' in body && 'user' in body) {
		const { access_token: token, user } = body;
		if (typeof token === 'string' && typeof user === 'object' && user !== null && 'id' in user) {
			return { token, id: String(user.id) };
		}
	}
	throw new Error(`No session in ${JSON.stringify(body)}`);
}

/** Starts it and kills it after so many milliseconds, wherever it has got to by then. */
export async function startAndKill(data: string, after: number): Promise<void> {
	const [port] = await freePorts(1);
	const child = fork('supabase/local/main.ts', [], {
		env: {
			...process.env,
			LOCAL_SUPABASE_PORT: String(port),
			LOCAL_SUPABASE_DATA: data,
			DATABASE_URL: '',
		},
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
	});
	const ended = once(child, 'exit');
	setTimeout(() => child.kill('SIGKILL'), after);
	await ended;
}
