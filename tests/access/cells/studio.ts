/** What the access matrix tries on the tables and functions of the studio. */
import type { Table } from '../table.ts';

export const tables: Record<string, Table> = {
	studio_jobs: {
		owner: 'user_id',
		insert: { title: `'Card'`, card: `'{}'` },
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			user_id: ':other',
			title: `'x'`,
			card: `'{"kind": "profile"}'`,
			state: `'done'`,
			progress: '0.5',
			svg: `'x'`,
			png: `'x'`,
			png_complete: 'false',
			public_token: `repeat('b', 32)`,
			error: `'x'`,
			created_at: `'2020-01-01'`,
			started_at: 'null',
			finished_at: 'null',
		},
		change: 'title',
	},
};

export const calls: Record<string, string> = {
	cancel_studio_job: `(matrix.row_of('studio_jobs', :own))`,
	create_studio_job: `(:own, 'Card', '{}')`,
	delete_studio_job: `(matrix.row_of('studio_jobs', :own))`,
	finish_studio_job: `(1, 1, 'x', 'x', true)`,
	report_studio_job: `(1, 1, 0.5)`,
	share_card: `(matrix.row_of('studio_jobs', :own))`,
	// Whoever knows the secret of a link sees the card behind it, and anonymous people are who links are for.
	shared_card: `(repeat('a', 32))`,
	unshare_card: `(matrix.row_of('studio_jobs', :own))`,
};
