import type { Pathname } from '$app/types';

type Site = {
	name: string;
	tagline: string;
	description: string;
	/** Where the source can be read; null leaves the link out. */
	repository: string | null;
};

/**
 * What makes this site yours: its name, its words and its links.
 * Its colours are the two theme blocks at the top of src/app.css, its mark is
 * in src/icons.css and static/favicon.svg.
 */
export const site: Site = {
	name: 'Gatehouse',
	tagline: 'Registration that strands nobody',
	description:
		'A SvelteKit and Supabase starter. People sign up and log in, admins manage them, and every row is guarded by policies that are proved.',
	repository: null,
};

export type NavLink = {
	href: Pathname;
	label: string;
	/** Who sees the link. It guards nothing: rights live in the database. */
	for: 'everyone' | 'guests' | 'people' | 'admins';
	/** One sentence for people's first page; left out where nobody begins. */
	about?: string;
};

/** The links of the header, one line a feature. A link to a page that does not exist is a type error. */
export const nav = [
	{ href: '/home', label: 'Home', for: 'people' },
	{ href: '/models', label: 'Models', for: 'people', about: 'Train a model on your own data.' }, // feature: models
	{ href: '/studio', label: 'Studio', for: 'people', about: 'Have a card drawn to share.' }, // feature: studio
	{ href: '/organizations', label: 'Organizations', for: 'people', about: 'Work with others.' }, // feature: organizations
	{ href: '/imports', label: 'Imports', for: 'people', about: 'Import a list of what you have.' }, // feature: imports
	{ href: '/inventory', label: 'Inventory', for: 'people', about: 'See what you have.' }, // feature: imports
	{ href: '/notifications', label: 'Notifications', for: 'people' },
	{ href: '/account', label: 'Account', for: 'people' },
	{ href: '/admin', label: 'Admin', for: 'admins', about: 'Find people, and repair.' },
	{ href: '/log-in', label: 'Log in', for: 'guests' },
	{ href: '/sign-up', label: 'Sign up', for: 'guests' },
] as const satisfies NavLink[];
