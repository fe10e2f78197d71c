import type { RequestEvent } from '@sveltejs/kit';
import { cookieOptions } from '../../cookie-options.ts';
import { listOwn, type Organization } from './own.server.ts';

const name = 'organization';

/** The organization that this browser works in: the one that was chosen, else the first. A cookie proves no membership. */
export function findActive(event: Pick<RequestEvent, 'cookies' | 'locals'>): Organization | null {
	const organizations = listOwn(event);
	const chosen = event.cookies.get(name);
	return organizations.find(({ id }) => id === chosen) ?? organizations[0] ?? null;
}

export function chooseActive({ cookies, url }: Pick<RequestEvent, 'cookies' | 'url'>, id: string) {
	cookies.set(name, id, { ...cookieOptions(url), maxAge: 60 * 60 * 24 * 365 });
}
