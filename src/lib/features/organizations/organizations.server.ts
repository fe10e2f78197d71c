import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Person } from '../../person.ts';
import { showOrFail } from '../../show-or-fail.ts';
import { listOrganizations, type Organization } from './organizations.service.ts';

export function requirePerson({ locals }: Pick<RequestEvent, 'locals'>): Person {
	return locals.person ?? redirect(303, '/log-in');
}

/** One of one's own organizations, or the page that says that there is none. */
export async function requireOrganization(
	event: Pick<RequestEvent, 'locals'>,
	id: string,
): Promise<Organization> {
	const organizations = await showOrFail(
		listOrganizations(event.locals.supabase, requirePerson(event).id),
	);
	const organization = organizations.find((each) => each.id === id.toLowerCase());
	if (!organization) error(404, 'There is no such organization, or you are not a member any more.');
	return organization;
}
