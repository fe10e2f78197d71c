import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Role } from './organizations.service.ts';

/** Those that still work, the newest first. Members see none. */
export async function listOpenInvitations(client: Client, organizationId: string) {
	return answerOf(
		client
			.from('invitations')
			.select('id, role, email, expires_at')
			.eq('organization_id', organizationId)
			.is('used_at', null)
			.is('revoked_at', null)
			.gt('expires_at', new Date().toISOString())
			.order('created_at', { ascending: false }),
	);
}

export type OpenInvitation = Awaited<ReturnType<typeof listOpenInvitations>>[number];

/** Answers the secret of the link, which nobody is told again. */
export async function invite(
	client: Client,
	organizationId: string,
	{ role, email }: { role: Role; email: string },
): Promise<string> {
	return answerOf(
		client.rpc('invite_to_organization', {
			organization_id: organizationId,
			role,
			...(email && { email }),
		}),
	);
}

/** Answers whether it was still open. */
export async function revokeInvitation(client: Client, id: string): Promise<boolean> {
	return answerOf(client.rpc('revoke_invitation', { invitation_id: id }));
}

/** What whoever has the link may read of it; null when there is no such invitation. */
export async function findInvitation(client: Client, secret: string) {
	const rows = await answerOf(client.rpc('shown_invitation', { secret }));
	return rows[0] ?? null;
}

/** Answers the id of the organization. */
export async function acceptInvitation(client: Client, secret: string): Promise<string> {
	return answerOf(client.rpc('accept_invitation', { secret }));
}

/** Those for one's own email, as long as they may be accepted. */
export async function listOwnInvitations(client: Client) {
	return answerOf(client.rpc('list_my_invitations', {}, { get: true }));
}

export type OwnInvitation = Awaited<ReturnType<typeof listOwnInvitations>>[number];

/** Answers the id of the organization. */
export async function acceptOwnInvitation(client: Client, id: string): Promise<string> {
	return answerOf(client.rpc('accept_my_invitation', { invitation_id: id }));
}

/** Answers whether it was still open. */
export async function declineOwnInvitation(client: Client, id: string): Promise<boolean> {
	return answerOf(client.rpc('decline_my_invitation', { invitation_id: id }));
}
