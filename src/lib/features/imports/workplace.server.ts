import { error, redirect, type RequestEvent } from '@sveltejs/kit';
import { showOrFail } from '../../show-or-fail.ts';
import { findActive } from '../organizations/active.server.ts';
import { listMembers } from '../organizations/organizations.service.ts';
import { listOwn } from '../organizations/own.server.ts';
import { findFile, type ImportFile } from './files.service.ts';
import { findImport, type Import } from './imports.service.ts';
import { findItem, type Item } from './inventory.service.ts';

type Event = Pick<RequestEvent, 'locals' | 'cookies'>;
type Workplace = { id: string; name: string };

/** The organization that this browser works in; whoever is in none goes to where one is made. */
export function requireWorkplace(event: Event): Workplace {
	return findActive(event) ?? redirect(303, '/organizations');
}

export async function requireFile(event: Event, id: string): Promise<ImportFile> {
	const file = await showOrFail(findFile(event.locals.supabase, listOwnIds(event), id));
	return file ?? error(404, 'There is no such file, or not any more.');
}

export async function requireImport(event: Event, id: string): Promise<Import> {
	const found = await showOrFail(findImport(event.locals.supabase, listOwnIds(event), id));
	return found ?? error(404, 'There is no such import.');
}

export async function requireItem(event: Event, id: string): Promise<Item> {
	const item = await showOrFail(findItem(event.locals.supabase, listOwnIds(event), id));
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

function listOwnIds(event: Event): string[] {
	return listOwn(event).map(({ id }) => id);
}
