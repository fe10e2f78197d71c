import { backendAddress } from '../../environment.server.ts';
import { hasSecretKey } from '../../supabase/secret.server.ts';
import { findInvitations } from './invitations.service.ts';

/** What the auth server can do, it can do as long as this process knows it. */
let known: boolean | null = null;

/** Why nobody can be invited here, for an admin to read; null when somebody can. */
export async function whyNoInvitations(): Promise<string | null> {
	if (!hasSecretKey()) {
		return 'Invitations need the secret key. Whoever runs this site can set SUPABASE_SECRET_KEY.';
	}
	known ??= await findInvitations(backendAddress(), globalThis.fetch);
	if (known === null) return 'The auth server did not say whether it sends invitations. Try again.';
	return known ? null : 'This backend sends no invitations. Ask people to sign up by themselves.';
}
