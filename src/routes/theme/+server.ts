import { error, redirect } from '@sveltejs/kit';
import { cookieOptions } from '$lib/cookie-options.ts';
import { localPath } from '$lib/local-path.ts';
import { parseTheme, themeCookie } from '$lib/theme.ts';
import type { RequestHandler } from './$types';

const aYear = 60 * 60 * 24 * 365;

/** Remembers the choice of light or dark; `system` is remembered by forgetting. */
export const POST: RequestHandler = async ({ request, cookies, url }) => {
	const form = await request.formData().catch((problem: unknown) => {
		// Not what its header says. A body that is too large is Kit's own error, and answered as such.
		if (problem instanceof TypeError) return null;
		throw problem;
	});
	const choice = form?.get('theme');
	const theme = parseTheme(typeof choice === 'string' ? choice : null);

	if (theme) cookies.set(themeCookie, theme, { ...cookieOptions(url), maxAge: aYear });
	else if (choice === 'system') cookies.delete(themeCookie, cookieOptions(url));
	else error(400, 'Please choose light, dark or system.');

	redirect(303, localPath(form?.get('next'), url.origin));
};
