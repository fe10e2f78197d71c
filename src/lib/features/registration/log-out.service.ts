import type { Client } from '../../supabase/request.server.ts';

export type Scope = 'local' | 'global';

/** Ends the session here, or all of them. Answers whether the auth server has done so. */
export async function logOut(client: Client, scope: Scope): Promise<boolean> {
	const { error } = await client.auth.signOut({ scope });
	return error === null;
}
