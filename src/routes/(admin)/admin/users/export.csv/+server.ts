import { csvFile } from '$lib/csv/write.ts';
import type { User } from '$lib/features/admin/answers.ts';
import { parseUsersQuery } from '$lib/features/admin/users-query.ts';
import { eachUserPage } from '$lib/features/admin/users.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { RequestHandler } from './$types';

const columns = [
	'id',
	'email',
	'name',
	'role',
	'created_at',
	'confirmed_at',
	'last_sign_in_at',
	'suspended_at',
	'suspended_until',
	'suspended_reason',
	'source',
] as const satisfies (keyof User)[];

export const GET: RequestHandler = async ({ locals, url }) => {
	const query = parseUsersQuery(url.searchParams);
	async function* pages() {
		for await (const users of eachUserPage(locals.supabase, query)) {
			yield users.map((user) => [...columns.map((name) => user[name]), user.providers.join(' ')]);
		}
	}
	return showOrFail(csvFile('users.csv', [...columns, 'providers'], pages()));
};
