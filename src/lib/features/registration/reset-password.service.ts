import { fromAuth } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';

/** Sets the password of who is signed in, and ends their sessions elsewhere. Answers whether those have ended. */
export async function setPassword(client: Client, password: string): Promise<boolean> {
	const { error } = await client.auth.updateUser({ password });
	if (error) throw fromAuth(error);
	const { error: stillThere } = await client.auth.signOut({ scope: 'others' });
	return stillThere === null;
}
