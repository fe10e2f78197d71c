import type { NavLink } from '../config.ts';

/** Whether a link of the header is for this person; null is somebody who has not logged in. */
export function isFor(
	link: Pick<NavLink, 'for'>,
	person: { role: 'user' | 'admin' } | null,
): boolean {
	switch (link.for) {
		case 'everyone':
			return true;
		case 'guests':
			return person === null;
		case 'people':
			return person !== null;
		case 'admins':
			return person?.role === 'admin';
	}
}
