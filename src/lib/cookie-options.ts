/** Without this, SvelteKit marks cookies as secure on plain http too, and a browser there would not even forget them. */
export function cookieOptions(url: URL): { path: '/'; secure: boolean } {
	return { path: '/', secure: url.protocol === 'https:' };
}
