import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';

export type Role = 'owner' | 'member';

const parseRole = (role: string): Role => (role === 'owner' ? 'owner' : 'member');

/** The owners first, then in the order in which they came. */
export async function listMembers(client: Client, organizationId: string) {
	const rows = await answerOf(
		client.rpc('list_members', { organization_id: organizationId }, { get: true }),
	);
	return rows.map((row) => ({ ...row, role: parseRole(row.role) }));
}

export type Member = Awaited<ReturnType<typeof listMembers>>[number];

/** Answers its id. */
export async function createOrganization(client: Client, name: string): Promise<string> {
	return answerOf(client.rpc('create_organization', { name }));
}

export async function renameOrganization(client: Client, id: string, name: string): Promise<void> {
	await answerOf(client.rpc('rename_organization', { organization_id: id, name }));
}

/** Answers whether they had another role. */
export async function setRole(client: Client, id: string, member: string, role: Role) {
	return answerOf(client.rpc('set_member_role', { organization_id: id, user_id: member, role }));
}

export async function removeMember(client: Client, id: string, member: string): Promise<void> {
	await answerOf(client.rpc('remove_member', { organization_id: id, user_id: member }));
}

export async function handOver(client: Client, id: string, member: string): Promise<void> {
	await answerOf(client.rpc('hand_over_organization', { organization_id: id, user_id: member }));
}

export async function leaveOrganization(client: Client, id: string): Promise<void> {
	await answerOf(client.rpc('leave_organization', { organization_id: id }));
}

/** `name` is what was typed to say which one is meant. */
export async function deleteOrganization(client: Client, id: string, name: string): Promise<void> {
	await answerOf(client.rpc('delete_organization', { organization_id: id, name }));
}
