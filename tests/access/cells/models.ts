/** What the access matrix tries on the tables and functions of models. */
import type { Table } from '../table.ts';

export const tables: Record<string, Table> = {
	datasets: {
		owner: 'user_id',
		ownedByDefault: true,
		insert: { name: `'Data'`, content: `'a,b'`, columns: `'[]'`, row_count: '1' },
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			user_id: ':other',
			name: `'x'`,
			content: `'x'`,
			bytes: 'default',
			digest: 'default',
			columns: `'[]'`,
			row_count: '2',
			created_at: `'2020-01-01'`,
		},
		change: 'name',
	},
	ai_models: {
		owner: 'user_id',
		ownedByDefault: true,
		insert: {
			name: `'Model'`,
			target: `'b'`,
			dataset_id: `matrix.row_of('datasets', :own)`,
		},
		further: {
			"insert with another's dataset": `insert into public.ai_models (name, target, dataset_id) values ('x', 'b', matrix.row_of('datasets', :other))`,
			"update to another's dataset": `update public.ai_models set dataset_id = matrix.row_of('datasets', :other) where user_id = :own`,
		},
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			user_id: ':other',
			name: `'New name'`,
			target: `'a'`,
			dataset_id: 'null',
			created_at: `'2020-01-01'`,
			updated_at: `'2020-01-01'`,
		},
		change: 'name',
	},
	training_jobs: {
		owner: 'user_id',
		ownedByDefault: true,
		insert: { model_id: `matrix.row_of('ai_models', :own)` },
		further: {
			"insert for another's model": `insert into public.training_jobs (model_id) values (matrix.row_of('ai_models', :other))`,
		},
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			user_id: ':other',
			model_id: `matrix.row_of('ai_models', :other)`,
			target: `'a'`,
			dataset_id: 'null',
			seed: '2',
			epochs: '9',
			note: `'x'`,
			state: `'running'`,
			progress: '0.5',
			epoch: '0',
			loss: '1',
			accuracy: '1',
			metrics: `'[]'`,
			result: 'null',
			error: `'x'`,
			created_at: `'2020-01-01'`,
			started_at: 'null',
			finished_at: 'null',
		},
		change: 'note',
	},
};

export const calls: Record<string, string> = {
	finish_training: `(1, 1, '{}')`,
	report_training: `(1, 1, '[]')`,
	stop_training: `(:target)`,
};
