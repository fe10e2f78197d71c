import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Person } from '../../person.ts';
import { showOrFail } from '../../show-or-fail.ts';
import { findActive } from '../organizations/active.server.ts';
import { listMembers, listOrganizations } from '../organizations/organizations.service.ts';
import { findFile, type ImportFile } from './files.service.ts';
import { findImport, type Import } from './imports.service.ts';
import { findItem, type Item } from './inventory.service.ts';

type Event = Pick<RequestEvent, 'locals' | 'cookies'>;
type Workplace = { id: string; name: string };

function requirePerson({ locals }: Pick<RequestEvent, 'locals'>): Person {
	return locals.person ?? redirect(303, '/log-in');
}

/** The organization that this browser works in; null for somebody who is in none. */
export async function findWorkplace(event: Event): Promise<Workplace | null> {
	return findActive(event, await listOwn(event));
}

/** The same; whoever is in none goes to where one is made. */
export async function requireWorkplace(event: Event): Promise<Workplace> {
	return (await findWorkplace(event)) ?? redirect(303, '/organizations');
}

export async function requireFile(event: Event, id: string): Promise<ImportFile> {
	const file = await showOrFail(findFile(event.locals.supabase, await listOwnIds(event), id));
	return file ?? error(404, 'There is no such file, or not any more.');
}

export async function requireImport(event: Event, id: string): Promise<Import> {
	const found = await showOrFail(findImport(event.locals.supabase, await listOwnIds(event), id));
	return found ?? error(404, 'There is no such import.');
}

export async function requireItem(event: Event, id: string): Promise<Item> {
	const item = await showOrFail(findItem(event.locals.supabase, await listOwnIds(event), id));
	return item ?? error(404, 'There is no such item, or not any more.');
}

/** The members' names by their ids: who started what. */
export async function listNames(
	{ locals }: Pick<RequestEvent, 'locals'>,
	organizationId: string,
): Promise<Record<string, string>> {
	const members = await showOrFail(listMembers(locals.supabase, organizationId));
	return Object.fromEntries(members.map(({ user_id, name, email }) => [user_id, name || email]));
}

function listOwn(event: Event) {
	return showOrFail(listOrganizations(event.locals.supabase, requirePerson(event).id));
}

async function listOwnIds(event: Event): Promise<string[]> {
	return (await listOwn(event)).map(({ id }) => id);
}
