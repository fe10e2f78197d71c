/** What the access matrix tries on the tables and functions of organizations. */
import type { Table } from '../table.ts';

export const tables: Record<string, Table> = {
	organizations: {
		// Everybody here has one under their own id.
		owner: 'id',
		insert: { name: `'Place'` },
		room: 'delete from public.organizations where id = :owner',
		further: {
			'select the organization': 'select * from public.organizations where id = :organization',
			'update the organization': `update public.organizations set name = 'x' where id = :organization`,
			'delete the organization': 'delete from public.organizations where id = :organization',
		},
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			name: `'New name'`,
			created_at: `'2020-01-01'`,
			updated_at: `'2020-01-01'`,
		},
		change: 'name',
	},
	memberships: {
		owner: 'user_id',
		insert: { organization_id: ':own', role: `'owner'` },
		room: 'delete from public.memberships where user_id = :owner',
		further: {
			'select those of the organization':
				'select * from public.memberships where organization_id = :organization',
			'insert oneself into the organization': `insert into public.memberships (organization_id, user_id) values (:organization, :own)`,
			'become an owner of the organization': `update public.memberships set role = 'owner' where organization_id = :organization and user_id = :own`,
			'delete those of the organization':
				'delete from public.memberships where organization_id = :organization',
		},
		conflict: '(organization_id, user_id)',
		columns: {
			organization_id: ':organization',
			user_id: ':other',
			role: `'member'`,
			created_at: `'2020-01-01'`,
		},
		change: 'created_at',
	},
	invitations: {
		owner: 'created_by',
		insert: {
			organization_id: ':organization',
			role: `'owner'`,
			secret_hash: `repeat('0', 64)`,
		},
		further: {
			'select those of the organization':
				'select * from public.invitations where organization_id = :organization',
			'update those of the organization': `update public.invitations set role = 'owner' where organization_id = :organization`,
			'delete those of the organization':
				'delete from public.invitations where organization_id = :organization',
		},
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			organization_id: ':organization',
			role: `'owner'`,
			email: `'x@example.com'`,
			secret_hash: `repeat('0', 64)`,
			created_at: `'2020-01-01'`,
			expires_at: `'2030-01-01'`,
			created_by: ':other',
			revoked_at: 'now()',
			used_at: 'now()',
			used_by: ':other',
		},
		change: 'email',
	},
};

export const calls: Record<string, string> = {
	accept_invitation: `(repeat('c', 32))`,
	accept_my_invitation: `(matrix.invitation_for(:own))`,
	create_organization: `('Place')`,
	decline_my_invitation: `(matrix.invitation_for(:own))`,
	delete_organization: `(:organization, 'Place of olga')`,
	hand_over_organization: `(:organization, :target)`,
	invite_to_organization: `(:organization, 'owner')`,
	leave_organization: `(:organization)`,
	list_members: `(:organization)`,
	list_my_invitations: `()`,
	remove_member: `(:organization, :target)`,
	rename_organization: `(:organization, 'New name')`,
	revoke_invitation: `(matrix.invitation_of(:organization))`,
	set_member_role: `(:organization, :target, 'owner')`,
	// As with a card: they read what they are invited to before they have an account.
	shown_invitation: `(repeat('c', 32))`,
};
