import type { RequestEvent } from '@sveltejs/kit';
import { cookieOptions } from '../../cookie-options.ts';

const name = 'organization';

type Browser = Pick<RequestEvent, 'cookies' | 'url'>;

/** The organization that this browser works in: the one that was chosen, else the first. A cookie proves no membership. */
export function findActive<Listed extends { id: string }>(
	{ cookies }: Pick<Browser, 'cookies'>,
	organizations: Listed[],
): Listed | null {
	const chosen = cookies.get(name);
	return organizations.find(({ id }) => id === chosen) ?? organizations[0] ?? null;
}

export function chooseActive({ cookies, url }: Browser, id: string): void {
	cookies.set(name, id, { ...cookieOptions(url), maxAge: 60 * 60 * 24 * 365 });
}
