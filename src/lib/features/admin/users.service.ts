import * as v from 'valibot';
import type { Client } from '../../supabase/request.server.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import { userDetails, userPage, type User, type UserDetails, type UserPage } from './answers.ts';
import { usersArguments, type UsersQuery } from './users-query.ts';

export async function listUsers(
	client: Client,
	query: UsersQuery,
	pageSize = 25,
): Promise<UserPage> {
	const call = client.rpc('admin_list_users', usersArguments(query, pageSize), { get: true });
	return v.parse(userPage, await answerOf(call));
}

/** Everybody on the list, a page at a time. */
export async function* eachUserPage(
	client: Client,
	query: UsersQuery,
): AsyncGenerator<User[], void> {
	let after: string | null = null;
	do {
		const page: UserPage = await listUsers(client, { ...query, before: null, after }, 1000);
		yield page.rows;
		after = page.next;
	} while (after);
}

export async function findUser(client: Client, id: string): Promise<UserDetails | null> {
	const call = client.rpc('admin_show_user', { user_id: id }, { get: true });
	return v.parse(v.nullable(userDetails), await answerOf(call));
}

export type Chosen = { id: string; name: string; email: string | null };

/** Those among the ids who have a profile. */
export async function listChosen(client: Client, ids: string[]): Promise<Chosen[]> {
	return answerOf(client.from('users').select('id, name, email').in('id', ids).order('name'));
}
