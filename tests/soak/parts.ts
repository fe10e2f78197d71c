import { readOrCreateKeys } from '../../supabase/local/keys.ts';
import { build, worker as workerProgram } from '../../src/cli/programs.ts';
import { startProcess, type Process } from '../support/process.ts';
import { freePorts } from '../support/server.ts';

export type Place = { origin: string; inboxUrl: string; parts: Part[] };

/** A process of the app, which is another one after each kill. */
export class Part {
	readonly name: string;
	/** A page cannot be answered without it. */
	readonly answersPeople: boolean;
	/** Null while it is away. */
	process: Process | null = null;
	readonly #start: () => Promise<Process>;

	constructor(name: string, answersPeople: boolean, start: () => Promise<Process>) {
		this.name = name;
		this.answersPeople = answersPeople;
		this.#start = start;
	}

	async start(): Promise<void> {
		this.process = await this.#start();
	}

	async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		const ending = this.process;
		this.process = null;
		await ending?.end(signal);
	}
}

/** The embedded backend on PostgreSQL, the build and two workers, started one after the other. */
export async function startParts(databaseUrl: string, data: string): Promise<Place> {
	const [port = 0, backendPort = 0] = await freePorts(2);
	const origin = `http://127.0.0.1:${port}`;
	const backendUrl = `http://127.0.0.1:${backendPort}`;
	const { publishableKey, secretKey } = readOrCreateKeys(data);
	const env = {
		...process.env,
		DATABASE_URL: databaseUrl,
		PUBLIC_SUPABASE_URL: backendUrl,
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
		SUPABASE_SECRET_KEY: secretKey,
	};
	const backend = new Part('backend', true, () =>
		startProcess({
			name: 'The backend',
			args: ['--disable-warning=ExperimentalWarning', 'supabase/local/main.ts', '--inbox'],
			env: {
				...env,
				LOCAL_SUPABASE_PORT: `${backendPort}`,
				LOCAL_SUPABASE_DATA: data,
				ORIGIN: origin,
				// How long a password takes to hash is not what is tried.
				LITE_AUTH_BCRYPT_COST: '4',
			},
			ready: (output) => output.includes('listens at'),
		}),
	);
	const app = new Part('app', true, () =>
		startProcess({
			name: 'The app',
			args: build,
			env: {
				...env,
				NODE_ENV: 'production',
				LOG_LEVEL: 'warn',
				HOST: '127.0.0.1',
				PORT: `${port}`,
				ORIGIN: origin,
				ADDRESS_HEADER: 'x-forwarded-for',
				BODY_SIZE_LIMIT: '250M',
			},
			ready: async () => (await fetch(`${origin}/healthz`).catch(() => null))?.ok ?? false,
		}),
	);
	const worker = (number: number) =>
		new Part(`worker ${number}`, false, () =>
			startProcess({
				name: `Worker ${number}`,
				args: workerProgram,
				env,
				ready: (output) => output.includes('worker.ready'),
			}),
		);
	const parts = [backend, app, worker(1), worker(2)];
	for (const part of parts) await part.start();
	return { origin, inboxUrl: `${backendUrl}/inbox`, parts };
}
