import { createClient } from '@supabase/supabase-js';
import { env } from '$env/dynamic/private';
import { backendAddress } from '../environment.server.ts';
import { AppError } from '../errors.ts';
import type { Database } from './database.types.ts';
import { inTime, type Client } from './request.server.ts';

export function hasSecretKey(): boolean {
	return Boolean(env['SUPABASE_SECRET_KEY']);
}

/**
 * The client of the service role: no policy stops it. Whoever makes one has found out before who asks, and that they
 * may. It is never put where a request's other code could reach for it.
 */
export function createSecretClient(): Client {
	const secretKey = env['SUPABASE_SECRET_KEY'];
	if (!secretKey) {
		throw new AppError(
			'no_secret_key',
			503,
			'This is not set up here. Whoever runs this site can set SUPABASE_SECRET_KEY.',
		);
	}
	return createClient<Database>(backendAddress().url, secretKey, {
		auth: { persistSession: false, autoRefreshToken: false },
		global: { fetch: inTime(globalThis.fetch) },
	});
}
