import { findActive } from '$lib/features/organizations/active.server.ts'; // feature: organizations
import { listOwn } from '$lib/features/organizations/own.server.ts'; // feature: organizations
import { takeToast } from '$lib/toast.server.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => ({
	theme: event.locals.theme,
	person: event.locals.person,
	/** Also while the account is suspended or unfinished: one can always log out. */
	hasSession: event.locals.person !== null || event.locals.hindrance !== null,
	toast: takeToast(event),
	workplaces: { organizations: listOwn(event), active: findActive(event) }, // feature: organizations
});
