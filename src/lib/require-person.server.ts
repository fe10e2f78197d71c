import { redirect, type RequestEvent } from '@sveltejs/kit';
import type { Person } from './person.ts';

/** Who asks. The guard has let nobody else through; whoever lost the session since then logs in again. */
export function requirePerson({ locals }: Pick<RequestEvent, 'locals'>): Person {
	return locals.person ?? redirect(303, '/log-in');
}
