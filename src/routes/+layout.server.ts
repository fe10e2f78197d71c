import { takeToast } from '$lib/toast.server.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, cookies, url }) => ({
	theme: locals.theme,
	person: locals.person,
	/** Also while the account is suspended or unfinished: one can always log out. */
	hasSession: locals.person !== null || locals.hindrance !== null,
	toast: takeToast({ cookies, url }),
});
