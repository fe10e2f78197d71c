import * as v from 'valibot';
import { act } from '$lib/act.server.ts';
import { actOnMany } from '$lib/features/admin/act-on-many.ts';
import { buttonSchema, suspendSchema } from '$lib/features/admin/acts.schema.ts';
import { endSessions, restoreUser, suspendUser } from '$lib/features/admin/acts.service.ts';
import { parseUsersQuery, usersQueryString } from '$lib/features/admin/users-query.ts';
import { listChosen } from '$lib/features/admin/users.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

const id = v.pipe(v.string(), v.uuid());

/** Who is meant stands in the URL, so that the page names them before anything happens, also without JavaScript. */
function chosen({ locals, url }: Pick<RequestEvent, 'locals' | 'url'>) {
	const ids = url.searchParams.getAll('id').filter((each) => v.is(id, each));
	return listChosen(locals.supabase, ids.slice(0, 100));
}

/** The list as it was when they were chosen. */
const listQuery = (url: URL) => usersQueryString(parseUsersQuery(url.searchParams));

export const load: PageServerLoad = async (event) => ({
	list: listQuery(event.url),
	asked: event.url.searchParams.getAll('id').length,
	people: await showOrFail(chosen(event)),
});

export const actions: Actions = {
	suspend: act(suspendSchema, (event: RequestEvent, suspension) =>
		forEach(event, (each) => suspendUser(event.locals.supabase, each, suspension)),
	),
	restore: act(buttonSchema, (event: RequestEvent) =>
		forEach(event, (each) => restoreUser(event.locals.supabase, each)),
	),
	endSessions: act(buttonSchema, (event: RequestEvent) =>
		forEach(event, (each) => endSessions(event.locals.supabase, each)),
	),
};

async function forEach(event: RequestEvent, perform: (id: string) => Promise<unknown>) {
	return {
		...(await actOnMany(await chosen(event), perform)),
		to: `/admin/users?${listQuery(event.url)}`,
	};
}
