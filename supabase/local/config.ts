import { readFileSync } from 'node:fs';
import { parse, type TomlTable, type TomlValue } from 'smol-toml';
import * as v from 'valibot';
import { StartError } from '../../src/cli/settings.ts';
import type { Keys } from './keys.ts';
import type { Smtp } from './mailer.ts';

export const configFile = 'supabase/config.toml';

/** Below [auth], what the embedded auth server understands; the rest of the section is for the Supabase CLI. */
const known = {
	auth: [
		'enable_signup',
		'jwt_expiry',
		'enable_refresh_token_rotation',
		'refresh_token_reuse_interval',
		'minimum_password_length',
		'password_requirements',
		'additional_redirect_urls',
	],
	email: [
		'enable_signup',
		'enable_confirmations',
		'secure_password_change',
		'max_frequency',
		'otp_length',
		'otp_expiry',
		'template',
	],
	providers: ['github', 'google'],
};

const required = (name: string) => v.string(`${name} is missing.`);

const smtp = v.object({
	host: required('host'),
	port: v.number('port must be a number.'),
	user: required('user'),
	pass: required('pass'),
	admin_email: required('admin_email'),
	sender_name: v.optional(v.string(), ''),
});

/** The part of `supabase/config.toml` that the embedded backend needs, for the app at `origin`. */
export function readConfig(origin: string, keys: Keys) {
	const file = readToml();
	const auth = table(file, 'auth');
	const external = pick(table(auth, 'external'), known.providers);
	return {
		api: { schemas: strings(table(file, 'api')['schemas']) },
		auth: {
			...pick(auth, known.auth),
			enabled: true,
			email: {
				...pick(table(auth, 'email'), known.email),
				// With it, this auth server writes to the old address alone, and would give anybody any new one.
				double_confirm_changes: false,
			},
			external,
			jwt_secret: keys.jwtSecret,
			publishable_key: keys.publishableKey,
			secret_key: keys.secretKey,
			site_url: origin,
			additional_redirect_urls: [...strings(auth['additional_redirect_urls']), `${origin}/**`],
		},
		storage: { enabled: false },
		studio: { enabled: false },
	};
}

/** [auth.email.smtp], or null when it is absent or not enabled. */
export function readSmtp(): Smtp | null {
	const section = table(table(table(readToml(), 'auth'), 'email'), 'smtp');
	if (section['enabled'] !== true) return null;
	const read = v.safeParse(smtp, section);
	if (!read.success) {
		throw new StartError(`${configFile}, [auth.email.smtp]: ${read.issues[0].message}`);
	}
	const { sender_name: name, admin_email: address, ...server } = read.output;
	return { ...server, from: { name, address } };
}

function readToml(): TomlTable {
	try {
		return resolveEnv(parse(readFileSync(configFile, 'utf8')));
	} catch (error) {
		throw new StartError(
			`${configFile} could not be read: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
		);
	}
}

/** The CLI's notation: "env(NAME)" stands for that variable. */
function resolveEnv(section: TomlTable): TomlTable {
	return Object.fromEntries(
		Object.entries(section).map(([key, value]) => [
			key,
			isTable(value)
				? resolveEnv(value)
				: typeof value === 'string'
					? value.replace(/^env\((\w+)\)$/, (_, name: string) => process.env[name] ?? '')
					: value,
		]),
	);
}

function isTable(value: TomlValue | undefined): value is TomlTable {
	return (
		typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date) && value !== null
	);
}

function table(parent: TomlTable, name: string): TomlTable {
	const value = parent[name];
	return isTable(value) ? value : {};
}

function pick(section: TomlTable, names: string[]): TomlTable {
	return Object.fromEntries(Object.entries(section).filter(([name]) => names.includes(name)));
}

function strings(value: TomlValue | undefined): string[] {
	return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
