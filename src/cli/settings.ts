import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import * as v from 'valibot';

/** What went wrong, in one sentence for the person who started the process. It is printed without a stack. */
export class StartError extends Error {
	override name = 'StartError';
}

const port = (name: string, fallback: number) =>
	v.pipe(
		v.optional(v.string(), String(fallback)),
		v.regex(/^\d{1,5}$/, `${name} must be a port number between 1 and 65535.`),
		v.transform(Number),
		v.integer(),
		v.minValue(1, `${name} must be a port number between 1 and 65535.`),
		v.maxValue(65535, `${name} must be a port number between 1 and 65535.`),
	);

const httpUrl = (name: string, example: string) =>
	v.pipe(
		v.string(),
		v.url(`${name} must be a web address such as ${example}.`),
		v.startsWith('http', `${name} must begin with http:// or https://.`),
		v.transform((url) => url.replace(/\/+$/, '')),
	);

const environment = v.object({
	PUBLIC_SUPABASE_URL: v.optional(
		httpUrl('PUBLIC_SUPABASE_URL', 'https://your-project.supabase.co'),
	),
	PUBLIC_SUPABASE_PUBLISHABLE_KEY: v.optional(v.string()),
	SUPABASE_SECRET_KEY: v.optional(v.string()),
	DATABASE_URL: v.optional(
		v.pipe(
			v.string(),
			v.regex(
				/^postgres(ql)?:\/\//,
				'DATABASE_URL must begin with postgres:// and name a PostgreSQL database.',
			),
		),
	),
	PORT: port('PORT', 3000),
	ORIGIN: v.optional(httpUrl('ORIGIN', 'https://gatehouse.example')),
	LOCAL_SUPABASE_PORT: port('LOCAL_SUPABASE_PORT', 54321),
	LOCAL_SUPABASE_DATA: v.optional(v.string(), '.local/supabase'),
});

export type Project = { url: string; publishableKey: string; secretKey: string | undefined };

export type Settings = {
	/** A Supabase project; null means the embedded backend. */
	project: Project | null;
	databaseUrl: string | undefined;
	port: number;
	origin: string | undefined;
	local: { port: number; data: string };
};

/**
 * The settings of this process: `.env` in the project's root, overruled by the environment. What `.env` adds goes into
 * the environment, for the processes that are started from here.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env, file = '.env'): Settings {
	for (const [name, value] of Object.entries(readEnvFile(file))) env[name] ??= value;
	// An empty value means "not set".
	const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
	const parsed = v.safeParse(environment, set);
	if (!parsed.success) throw new StartError(parsed.issues[0].message);
	const read = parsed.output;
	return {
		project: readProject(read),
		databaseUrl: read.DATABASE_URL,
		port: read.PORT,
		origin: read.ORIGIN,
		local: { port: read.LOCAL_SUPABASE_PORT, data: resolve(read.LOCAL_SUPABASE_DATA) },
	};
}

function readProject(read: v.InferOutput<typeof environment>): Project | null {
	const url = read.PUBLIC_SUPABASE_URL;
	const publishableKey = read.PUBLIC_SUPABASE_PUBLISHABLE_KEY;
	if (!url && !publishableKey) return null;
	if (!url) {
		throw new StartError('PUBLIC_SUPABASE_PUBLISHABLE_KEY is set, but PUBLIC_SUPABASE_URL is not.');
	}
	if (!publishableKey) {
		throw new StartError('PUBLIC_SUPABASE_URL is set, but PUBLIC_SUPABASE_PUBLISHABLE_KEY is not.');
	}
	return { url, publishableKey, secretKey: read.SUPABASE_SECRET_KEY };
}

function readEnvFile(file: string): NodeJS.Dict<string> {
	let text: string;
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
		throw new StartError(`${file} could not be read as text. Compare it with .env.example.`);
	}
	const values = parseEnv(text);
	// parseEnv passes over what it cannot read; a setting that is silently missing costs hours.
	const line = text.split(/\r?\n/).findIndex((each) => isBroken(each, values));
	if (line >= 0) {
		throw new StartError(
			`${file}, line ${line + 1}: expected NAME=value. Compare it with .env.example.`,
		);
	}
	return values;
}

/** A line that is neither blank, nor a comment, nor an assignment, nor the inside of a quoted value. */
function isBroken(line: string, values: NodeJS.Dict<string>): boolean {
	const text = line.trim();
	if (text === '' || text.startsWith('#')) return false;
	const name = /^(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(text)?.[1];
	if (name) return !(name in values);
	return !Object.values(values).some(
		(value) => value?.includes('\n') && value.includes(text.replace(/["'`]$/, '')),
	);
}
