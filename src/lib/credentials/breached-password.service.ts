import { createHash } from 'node:crypto';

/**
 * Asks a service like https://api.pwnedpasswords.com/range whether the password was ever leaked. Only the first five of
 * the forty digits of its hash leave this server. Throws when there is no answer.
 */
export async function isBreached(
	password: string,
	service: string,
	fetch: typeof globalThis.fetch,
): Promise<boolean> {
	const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
	const response = await fetch(`${service.replace(/\/+$/, '')}/${hash.slice(0, 5)}`, {
		headers: { 'add-padding': 'true' },
		signal: AbortSignal.timeout(2_000),
	});
	if (!response.ok) throw new Error(`the service answered ${response.status}`);
	const lines = (await response.text()).split(/\r?\n/);
	// Padding is made of hashes that were seen 0 times.
	return lines.some((line) => line.startsWith(`${hash.slice(5)}:`) && !line.endsWith(':0'));
}
