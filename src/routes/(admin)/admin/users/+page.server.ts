import { redirect } from '@sveltejs/kit';
import { whyNoInvitations } from '$lib/features/admin/invitations.server.ts';
import { hasEmpty } from '$lib/features/admin/query.ts';
import { parseUsersQuery, usersQueryString } from '$lib/features/admin/users-query.ts';
import { listUsers } from '$lib/features/admin/users.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const query = parseUsersQuery(url.searchParams);
	if (hasEmpty(url.searchParams)) redirect(303, `?${usersQueryString(query)}`);
	const [users, hindrance] = await showOrFail(
		Promise.all([listUsers(locals.supabase, query), whyNoInvitations()]),
	);
	return { query, users, hindrance };
};
