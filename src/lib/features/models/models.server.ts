import { error, type RequestEvent } from '@sveltejs/kit';
import { requirePerson } from '../../require-person.server.ts';
import { showOrFail } from '../../show-or-fail.ts';
import { findModel, type Model } from './models.service.ts';

/** One's own model, or the page that says that there is none. */
export async function requireModel(
	event: Pick<RequestEvent, 'locals'>,
	id: string,
): Promise<Model> {
	const { supabase } = event.locals;
	const model = await showOrFail(findModel(supabase, requirePerson(event).id, id));
	return model ?? error(404, 'There is no such model, or not any more.');
}
