/** Where to go after a form: the path it names when that is on this site, else the front page. */
export function localPath(next: unknown, origin: string): string {
	if (typeof next !== 'string' || !next.startsWith('/')) return '/';

	const url = URL.parse(next, origin);
	// A browser reads a Location of //host as another site, and /.//host becomes that once it is normalised.
	if (url?.origin !== origin || url.pathname.startsWith('//')) return '/';
	return url.pathname + url.search + url.hash;
}
