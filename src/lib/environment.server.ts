import { env } from '$env/dynamic/private';
import { env as publicEnv } from '$env/dynamic/public';

/** The backend that this process speaks to. Read when the process starts; nothing of it is in the build. */
export function backendAddress(): { url: string; publishableKey: string } {
	const url = publicEnv['PUBLIC_SUPABASE_URL'];
	const publishableKey = publicEnv['PUBLIC_SUPABASE_PUBLISHABLE_KEY'];
	if (!url || !publishableKey) {
		throw new Error(
			'PUBLIC_SUPABASE_URL and PUBLIC_SUPABASE_PUBLISHABLE_KEY must be set. "npm run dev" and "npm start" set them for the embedded backend.',
		);
	}
	return { url: url.replace(/\/+$/, ''), publishableKey };
}

export function logLevel(): string {
	return env['LOG_LEVEL'] ?? 'info';
}
