/** What a guest asks the auth server for, and what it limits by address. */
const asGuest = /\/auth\/v1\/(signup|token|otp|recover|verify)(\?|$)/;

/**
 * Sends the person's own address along. The auth server believes it only together with the secret key, so that key goes
 * with exactly these requests: none acts as a person, none reads data. All that the key changes in them is that a
 * CAPTCHA, where the project asks for one, is not asked for. Keys of the older kind are not accepted for this.
 */
export function forwardAddress(
	fetch: typeof globalThis.fetch,
	getAddress: () => string,
	secretKey: string | undefined,
): typeof globalThis.fetch {
	if (!secretKey?.startsWith('sb_secret_')) return fetch;
	return (input, init) => {
		const url = input instanceof Request ? input.url : String(input);
		if (init?.method !== 'POST' || !asGuest.test(url)) return fetch(input, init);
		const headers = new Headers(init.headers);
		headers.set('apikey', secretKey);
		headers.set('sb-forwarded-for', getAddress());
		headers.delete('authorization');
		return fetch(input, { ...init, headers });
	};
}
