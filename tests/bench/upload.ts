/**
 * How much memory does an upload take? The production build and the embedded backend on a throw-away PostgreSQL, each
 * started anew for each file, which goes through the page's form as a browser sends it:
 *   npm run bench:upload                                   1, 20 and 200 MB, three times each
 *   npm run bench:upload -- --rounds 1 --lines 10000       other files
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../../src/cli/programs.ts';
import { makeDataFolder, register, startBackend } from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { startProcess, type Process } from '../support/process.ts';
import { freePorts } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';
import { csvOf } from './inventory-lines.ts';
import { watchPeak } from './memory.ts';
import { median, medianAndSpread, writeTable } from './report.ts';

const { values: options } = parseArgs({
	options: {
		rounds: { type: 'string', default: '3' },
		lines: { type: 'string', multiple: true, default: ['10000', '220000', '2190000'] },
	},
});
const rounds = Number(options.rounds);

const postgres = await startPostgres();
if (!postgres) throw new Error('This benchmark needs PostgreSQL.');
const databaseUrl = postgres.url;
const sql = postgres.connect({ max: 1 });
const folder = makeDataFolder();
const files = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const first = await startBackend({ data: folder.data, databaseUrl });
const person = await register(first, 'bench@example.com');
await first.stop();
try {
	const rows = [];
	for (const lines of options.lines.map(Number)) rows.push(await measure(lines));
	await writeTable({
		name: 'bench:upload',
		about:
			'A CSV file of an inventory, about 90 bytes a line, is sent through the form of `/imports/new`, as fast as it is taken. How much more memory the app, and the embedded backend beside it, have at their peak than when nothing happens, in megabytes.',
		runs: `${rounds} of each file, each with an app and a backend that were started for it; the median, and in brackets the middle half`,
		columns: ['lines', 'file, MB', 'seconds', 'app above idle, MB', 'backend above idle, MB'],
		rows,
		note: 'The app keeps a few pieces of the file and the thousand lines that it is storing. What is above that is what Node leaves lying about before it tidies up. On a hosted project there is no embedded backend.',
	});
} finally {
	await postgres.stop();
	folder.remove();
	rmSync(files, { recursive: true, force: true });
}

async function measure(lines: number): Promise<(string | number)[]> {
	const path = join(files, `${lines}.csv`);
	await pipeline(Readable.from(csvOf(lines)), createWriteStream(path));
	const taken: { seconds: number; app: number | null; backend: number | null }[] = [];
	for (let round = 0; round < rounds; round += 1) {
		taken.push(await upload(path, lines));
		console.log(`${lines} lines`, taken.at(-1));
	}
	const megabytes = statSync(path).size / 1e6;
	const show = (figures: (number | null)[]) => {
		const known = figures.filter((figure) => figure !== null);
		return known.length > 0 ? medianAndSpread(known, 0) : '–';
	};
	return [
		lines.toLocaleString('en'),
		megabytes.toFixed(0),
		median(taken.map(({ seconds }) => seconds)).toFixed(1),
		show(taken.map(({ app }) => app)),
		show(taken.map(({ backend }) => backend)),
	];
}

async function upload(path: string, lines: number) {
	const backend = await startBackend({ data: folder.data, databaseUrl });
	const { origin, app } = await startApp({
		PUBLIC_SUPABASE_URL: backend.url,
		PUBLIC_SUPABASE_PUBLISHABLE_KEY: backend.publishableKey,
		SUPABASE_SECRET_KEY: backend.secretKey,
	});
	try {
		const visitor = new Visitor(origin);
		const { email, password } = person;
		await visitor.submit('/log-in?/password', { email, password });
		const made = await visitor.submit('/organizations?/create', { name: 'Bench' });
		if (made.status !== 303) throw new Error(`No organization was made: ${made.status}.`);
		// All that a page needs is loaded then, and what that left lying about is tidied up.
		for (let time = 0; time < 20; time += 1) await visitor.get('/imports/new');
		await setTimeout(5000);
		const peaks = [watchPeak(app.pid), watchPeak(backend.pid)] as const;
		const started = performance.now();
		const place = await sendFile(origin, visitor, path);
		const seconds = (performance.now() - started) / 1000;
		const [ofApp, ofBackend] = peaks.map((peak) => peak());
		const id = place.split('/').at(-1) ?? '';
		const [file] = await sql<{ line_count: number; complete: boolean }[]>`
			select line_count, complete from public.import_files where id = ${id}`;
		if (!file?.complete || file.line_count !== lines) throw new Error('Not all lines are stored.');
		return { seconds, app: ofApp ?? null, backend: ofBackend ?? null };
	} finally {
		await app.end('SIGTERM');
		await backend.stop();
		await sql`truncate public.organizations cascade`;
	}
}

async function startApp(env: NodeJS.ProcessEnv): Promise<{ origin: string; app: Process }> {
	const [port = 0] = await freePorts(1);
	const origin = `http://127.0.0.1:${port}`;
	const app = await startProcess({
		name: 'The app',
		args: build,
		env: {
			...process.env,
			NODE_ENV: 'production',
			LOG_LEVEL: 'warn',
			HOST: '127.0.0.1',
			PORT: `${port}`,
			ORIGIN: origin,
			ADDRESS_HEADER: 'x-forwarded-for',
			BODY_SIZE_LIMIT: '250M',
			...env,
		},
		ready: async () => (await fetch(`${origin}/healthz`).catch(() => null))?.ok ?? false,
	});
	return { origin, app };
}

/** Answers where the form leads: to the review of the file. */
function sendFile(origin: string, { cookies, address }: Visitor, path: string): Promise<string> {
	const boundary = '----gatehouse-bench';
	const before = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="stock.csv"\r\ncontent-type: text/csv\r\n\r\n`;
	const after = `\r\n--${boundary}--\r\n`;
	const sent = request(`${origin}/imports/new`, {
		method: 'POST',
		headers: {
			accept: 'text/html',
			origin,
			'x-forwarded-for': address,
			cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			'content-type': `multipart/form-data; boundary=${boundary}`,
			'content-length': before.length + statSync(path).size + after.length,
		},
	});
	async function* body() {
		yield before;
		yield* createReadStream(path);
		yield after;
	}
	return new Promise((resolve, reject) => {
		sent.on('response', (answer) => {
			const { statusCode, headers } = answer.resume();
			if (statusCode === 303 && headers.location) resolve(headers.location);
			else reject(new Error(`The upload was answered ${statusCode}.`));
		});
		pipeline(body, sent).catch(reject);
	});
}
