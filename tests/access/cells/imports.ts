/** What the access matrix tries on the tables and functions of imports. */
import type { Table } from '../table.ts';

export const tables: Record<string, Table> = {
	import_files: {
		owner: 'organization_id',
		insert: { name: `'Stock.csv'` },
		further: {
			'select those of the organization':
				'select * from public.import_files where organization_id = :organization',
			'insert into the organization': `insert into public.import_files (organization_id, name) values (:organization, 'Stock.csv')`,
			'insert into the organization with a forged author': `insert into public.import_files (organization_id, name, created_by) values (:organization, 'Stock.csv', :other)`,
			'delete those of the organization':
				'delete from public.import_files where organization_id = :organization',
		},
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			organization_id: ':organization',
			created_by: ':other',
			name: `'x'`,
			byte_size: '1',
			encoding: `'utf-8'`,
			delimiter: `','`,
			header: `array['x']`,
			line_count: '9',
			chunk_count: '9',
			stored_bytes: '0',
			last_line: '0',
			complete: 'false',
			created_at: `'2020-01-01'`,
		},
		change: 'name',
	},
	scheduled_jobs: {
		owner: 'organization_id',
		insert: {
			file_id: `matrix.row_in('import_files', :own)`,
			mapping: `'{"sku": 0, "name": 1}'`,
		},
		further: {
			'select those of the organization':
				'select * from public.scheduled_jobs where organization_id = :organization',
			'insert into the organization': `insert into public.scheduled_jobs (organization_id, file_id, mapping) values (:organization, matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}')`,
			'insert into the organization with a forged author': `insert into public.scheduled_jobs (organization_id, file_id, mapping, created_by) values (:organization, matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}', :other)`,
			'insert into the organization with a true author': `insert into public.scheduled_jobs (organization_id, file_id, mapping, created_by) values (:organization, matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}', :own)`,
			"insert with another organization's file": `insert into public.scheduled_jobs (organization_id, file_id, mapping) values (:own, matrix.row_in('import_files', :other), '{"sku": 0, "name": 1}')`,
			'update those of the organization': `update public.scheduled_jobs set status = 'scheduled' where organization_id = :organization`,
			'delete those of the organization':
				'delete from public.scheduled_jobs where organization_id = :organization',
		},
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			organization_id: ':organization',
			created_by: ':other',
			job_type: `'inventory_import'`,
			file_id: 'null',
			file_name: `'x'`,
			header: `array['x']`,
			mapping: `'{}'`,
			decimal_mark: `','`,
			on_known: `'skip'`,
			status: `'scheduled'`,
			lines_total: '9',
			lines_done: '0',
			lines_added: '0',
			lines_updated: '0',
			lines_skipped: '0',
			lines_refused: '0',
			lines_undone: '9',
			next_chunk: '0',
			told_at: 'null',
			error_code: `'x'`,
			created_at: `'2020-01-01'`,
			started_at: 'null',
			finished_at: 'null',
		},
		change: 'status',
	},
	inventory_items: {
		owner: 'organization_id',
		insert: { sku: `'B'`, name: `'Book'` },
		further: {
			'select those of the organization':
				'select * from public.inventory_items where organization_id = :organization',
			'insert into the organization': `insert into public.inventory_items (organization_id, sku, name) values (:organization, 'B', 'Book')`,
			'insert as an import': `insert into public.inventory_items (organization_id, sku, name, import_id) values (:own, 'B', 'Book', matrix.row_in('scheduled_jobs', :own))`,
			'update those of the organization': `update public.inventory_items set name = 'x' where organization_id = :organization`,
			'hand one to the organization': `update public.inventory_items set organization_id = :organization, sku = 'B' where organization_id = :own`,
			'delete those of the organization':
				'delete from public.inventory_items where organization_id = :organization',
		},
		conflict: '(organization_id, sku)',
		columns: {
			id: 'gen_random_uuid()',
			organization_id: ':organization',
			sku: `'C'`,
			name: `'x'`,
			quantity: '1',
			price: '1',
			location: `'x'`,
			category: `'x'`,
			note: `'x'`,
			import_id: 'gen_random_uuid()',
			version: '9',
			created_at: `'2020-01-01'`,
			updated_at: `'2020-01-01'`,
		},
		change: 'name',
	},
};

export const calls: Record<string, string> = {
	add_import_lines: `(matrix.row_in('import_files', :organization), 1, '[]')`,
	cancel_import: `(matrix.row_in('scheduled_jobs', :organization))`,
	check_import: `(matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}', '.', 0, 10) ->> 'lines'`,
	finish_import_file: `(matrix.row_in('import_files', :organization), array['sku'], 'utf-8', ',', 1, 1)`,
	import_chunk: `(1, 1)`,
	list_refused_lines: `(matrix.row_in('scheduled_jobs', :organization), 0, 10)`,
	preview_import: `(matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}', '.', 10)`,
	sample_import_lines: `(matrix.row_in('import_files', :organization), 10)`,
	undo_import: `(matrix.row_in('scheduled_jobs', :organization))`,
};
