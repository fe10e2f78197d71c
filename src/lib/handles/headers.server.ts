import type { Handle } from '@sveltejs/kit';
import { parseTheme, themeCookie } from '../theme.ts';

const always = {
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'strict-origin-when-cross-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
	'cross-origin-opener-policy': 'same-origin',
};

/** For whatever SvelteKit sends without a policy of its own, such as the page of last resort: it may do nothing. */
const barePolicy =
	"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The theme that was chosen, in the first byte of the page; and what every browser should be told. */
export const headers: Handle = async ({ event, resolve }) => {
	const theme = parseTheme(event.cookies.get(themeCookie));
	event.locals.theme = theme;
	const response = await resolve(event, {
		transformPageChunk: ({ html }) => html.replace('%theme%', theme ? `data-theme="${theme}"` : ''),
	});
	const set = (name: string, value: string) => response.headers.set(name, value);
	for (const [name, value] of Object.entries(always)) set(name, value);
	if (!response.headers.has('content-security-policy')) set('content-security-policy', barePolicy);
	if (event.url.protocol === 'https:') {
		set('strict-transport-security', 'max-age=31536000; includeSubDomains');
	}
	// What was made for one browser belongs in no cache.
	if (event.request.headers.has('cookie') || event.request.method !== 'GET') {
		set('cache-control', 'private, no-store');
	}
	return response;
};
