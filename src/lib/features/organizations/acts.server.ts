import type { RequestEvent } from '@sveltejs/kit';
import { act } from '../../act.server.ts';
import { revokeInvitation } from './invitations.service.ts';
import {
	buttonSchema,
	deleteSchema,
	invitationSchema,
	memberSchema,
	nameSchema,
	roleSchema,
} from './organizations.schema.ts';
import {
	deleteOrganization,
	handOver,
	leaveOrganization,
	removeMember,
	renameOrganization,
	setRole,
} from './organizations.service.ts';

type Event = RequestEvent<{ id: string }>;

/** What is done on an organization's page, each by a form of its own. */
export const memberActions = {
	rename: act(nameSchema, async ({ locals, params }: Event, { name }) => {
		await renameOrganization(locals.supabase, params.id, name);
		return { text: 'It has its new name.' };
	}),
	role: act(roleSchema, async ({ locals, params }: Event, { member, role }) => {
		await setRole(locals.supabase, params.id, member, role);
		return { text: role === 'owner' ? 'They are an owner now.' : 'They are a member now.' };
	}),
	remove: act(memberSchema, async ({ locals, params }: Event, { member }) => {
		await removeMember(locals.supabase, params.id, member);
		return { text: 'They are removed, and the links that they made are dead.' };
	}),
	revoke: act(invitationSchema, async ({ locals }: Event, { invitation }) => {
		const revoked = await revokeInvitation(locals.supabase, invitation);
		return { text: revoked ? 'The link is dead.' : 'It was over already.' };
	}),
	handOver: act(memberSchema, async ({ locals, params }: Event, { member }) => {
		await handOver(locals.supabase, params.id, member);
		return { text: 'It is handed over. You are a member now.' };
	}),
	leave: act(buttonSchema, async ({ locals, params }: Event) => {
		await leaveOrganization(locals.supabase, params.id);
		return { text: 'You have left.', to: '/organizations' };
	}),
	delete: act(
		deleteSchema,
		async ({ locals, params }: Event, { typed }) => {
			await deleteOrganization(locals.supabase, params.id, typed);
			return { text: 'The organization is deleted.', to: '/organizations' };
		},
		{ name_differs: 'typed' },
	),
};
