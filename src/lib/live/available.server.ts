import { env } from '$env/dynamic/private';
import { hasSecretKey } from '../supabase/secret.server.ts';

/** Whether there is a stream to listen to. Without one the pages are as good as their last reload. */
export function isLive(): boolean {
	return hasSecretKey() && env['LIVE_UPDATES'] !== 'off';
}
