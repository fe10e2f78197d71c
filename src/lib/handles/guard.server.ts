import { redirect, type Handle } from '@sveltejs/kit';
import { refuse } from './refuse.server.ts';

const hindrancePages = { suspended: '/suspended', unfinished: '/almost-there' };

/** Where one must be signed in. For good pages only: rights live in the database. */
export const guard: Handle = async ({ event, resolve }) => {
	const { locals, route, url } = event;
	// As a Location header, such a path would name another site.
	if (url.pathname.startsWith('//')) return refuse(event, 404, 'There is no such page.');

	const group = /^\/\((app|admin)\)/.exec(route.id ?? '')?.[1];
	if (!group) return resolve(event);
	const next = new URLSearchParams({ next: url.pathname + url.search });
	if (locals.hindrance) redirect(303, `${hindrancePages[locals.hindrance.kind]}?${next}`);
	if (!locals.person) redirect(303, `/log-in?${next}`);
	if (group === 'admin' && locals.person.role !== 'admin') {
		return refuse(event, 403, 'This page is for admins.');
	}
	return resolve(event);
};
