/**
 * What the access matrix asks: who, and what they try. A table, a column or a function that the migrations make and
 * that is missing here fails the test: say what is to be tried on it.
 */

/** Everybody who may come, with the state that they are in. Their tokens were issued before, and are valid. */
export const who = {
	anonymous: { role: 'anon' },
	'a user': { role: 'authenticated', name: 'ann' },
	'another user': { role: 'authenticated', name: 'bob' },
	"organization's owner": { role: 'authenticated', name: 'olga' },
	'member of the organization': { role: 'authenticated', name: 'mia' },
	'member of another organization': { role: 'authenticated', name: 'otto' },
	'removed a moment ago': { role: 'authenticated', name: 'rex' },
	admin: { role: 'authenticated', name: 'boss' },
	'demoted admin': { role: 'authenticated', name: 'demoted' },
	'suspended user': { role: 'authenticated', name: 'held' },
	'suspended admin': { role: 'authenticated', name: 'heldboss' },
	'signed out': { role: 'authenticated', name: 'out' },
	'signed out admin': { role: 'authenticated', name: 'outboss' },
	'deleted account': { role: 'authenticated', name: 'gone' },
	'service role': { role: 'service_role' },
} as const;

/** How a table is tried. `:own` and `:other` stand for the ids of two people, `:organization` for one's that neither has. */
export type Table = {
	/** The column that says whose a row is. */
	owner: string;
	/** What an insert gives beside the owner. */
	insert: Record<string, string>;
	/** Clients do not say whose a row is: it is whose token they come with. */
	ownedByDefault?: true;
	/** What else is tried, in words and as SQL. */
	further?: Record<string, string>;
	/** What makes room for an insert, done by the owner of the tables. */
	room?: string;
	/** The target of an upsert. */
	conflict: string;
	/** Each column, with a value that an update of it tries. */
	columns: Record<string, string>;
	/** The one of them that an update is tried with when it is about whose row. */
	change: string;
};

export const tables: Record<string, Table> = {
	users: {
		owner: 'id',
		insert: {},
		// Not that of the suspended: the suspension would go with it.
		room: 'delete from public.users where id = :owner and suspended_at is null',
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			email: `'x@example.com'`,
			name: `'New name'`,
			role: `'admin'`,
			source: `'repair'`,
			avatar_hue: '7',
			suspended_at: 'null',
			suspended_until: 'null',
			suspended_reason: 'null',
			created_at: `'2020-01-01'`,
			updated_at: `'2020-01-01'`,
		},
		change: 'name',
	},
	registration_failures: {
		owner: 'user_id',
		insert: { stage: `'email'`, sqlstate: `'42501'`, message: `'x'` },
		conflict: '(user_id, stage) where resolved_at is null',
		columns: {
			id: 'gen_random_uuid()',
			user_id: ':other',
			stage: `'email'`,
			sqlstate: `'42501'`,
			message: `'x'`,
			attempts: '9',
			occurred_at: `'2020-01-01'`,
			last_occurred_at: `'2020-01-01'`,
			resolved_at: 'null',
			resolved_by: 'null',
		},
		change: 'message',
	},
	audit_log: {
		owner: 'subject_id',
		insert: { act: `'role_set'`, via: `'command line'` },
		conflict: '(id)',
		columns: {
			id: 'default',
			at: `'2020-01-01'`,
			act: `'x'`,
			via: `'command line'`,
			actor_id: 'null',
			actor_email: 'null',
			subject_id: ':other',
			subject_email: 'null',
			before: 'null',
			after: 'null',
			reason: 'null',
			request_id: 'null',
		},
		change: 'reason',
	},
	notifications: {
		owner: 'user_id',
		insert: { kind: `'training.done'` },
		conflict: '(id)',
		columns: {
			id: 'gen_random_uuid()',
			user_id: ':other',
			kind: `'card.done'`,
			data: `'{}'`,
			created_at: `'2020-01-01'`,
			read_at: 'now()',
		},
		change: 'read_at',
	},
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

/** Each function in public, with a call that an admin or the person concerned would make, and what is looked at of a long answer. */
export const calls: Record<string, string> = {
	accept_invitation: `(repeat('c', 32))`,
	add_import_lines: `(matrix.row_in('import_files', :organization), 1, '[]')`,
	admin_count_jobs: `()`,
	admin_delete_user: `(:target, :target_email)`,
	admin_end_session: `(:target_session)`,
	admin_end_sessions: `(:target)`,
	admin_list_failures: `() ->> 'total'`,
	admin_list_jobs: `()`,
	admin_list_users: `() ->> 'total'`,
	admin_overview: `() ->> 'people'`,
	admin_pause_kind: `('tests.work', true)`,
	admin_record: `('recovery_sent', :target)`,
	admin_repair_profile: `(:target)`,
	admin_repair_profiles: `()`,
	admin_retry_job: `(1)`,
	admin_restore_user: `(:target)`,
	admin_set_role: `(:target, 'admin')`,
	admin_show_user: `(:target) ->> 'email'`,
	admin_suspend_user: `(:target, 'x')`,
	cancel_import: `(matrix.row_in('scheduled_jobs', :organization))`,
	cancel_studio_job: `(matrix.row_of('studio_jobs', :own))`,
	check_import: `(matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}', '.', 0, 10) ->> 'lines'`,
	claim_jobs: `('w', array['tests.work'], 1, 60)`,
	create_organization: `('Place')`,
	create_studio_job: `(:own, 'Card', '{}')`,
	delete_my_account: `()`,
	delete_organization: `(:organization, 'Place of olga')`,
	delete_studio_job: `(matrix.row_of('studio_jobs', :own))`,
	end_my_other_sessions: `()`,
	end_my_session: `(:target_session)`,
	export_my_data: `() -> 'account' ->> 'id' = :own`,
	extend_leases: `(array[1], array[1], 60)`,
	fail_job: `(1, 1, 'x', false)`,
	finish_import_file: `(matrix.row_in('import_files', :organization), array['sku'], 'utf-8', ',', 1, 1)`,
	finish_studio_job: `(1, 1, 'x', 'x', true)`,
	finish_training: `(1, 1, '{}')`,
	finish_jobs: `(array[1], array[1])`,
	handle_new_user: `()`,
	hand_over_organization: `(:organization, :target)`,
	import_chunk: `(1, 1)`,
	invite_to_organization: `(:organization, 'owner')`,
	is_admin: `()`,
	is_service_role: `()`,
	leave_organization: `(:organization)`,
	list_members: `(:organization)`,
	list_my_sessions: `() #>> '{0, current}'`,
	list_refused_lines: `(matrix.row_in('scheduled_jobs', :organization), 0, 10)`,
	live_feed: `(null, array[:target_session]::uuid[], '[]')`,
	live_session: `() = :session`,
	make_admin: `(:target_email)`,
	me: `() ->> 'alive'`,
	preview_import: `(matrix.row_in('import_files', :organization), '{"sku": 0, "name": 1}', '.', 10)`,
	release_jobs: `(array[1], array[1])`,
	remove_member: `(:organization, :target)`,
	rename_organization: `(:organization, 'New name')`,
	report_registration_failure: `('42501', 'x')`,
	report_studio_job: `(1, 1, 0.5)`,
	report_training: `(1, 1, '[]')`,
	revoke_invitation: `(matrix.invitation_of(:organization))`,
	sample_import_lines: `(matrix.row_in('import_files', :organization), 10)`,
	schema_version: `()`,
	set_member_role: `(:organization, :target, 'owner')`,
	share_card: `(matrix.row_of('studio_jobs', :own))`,
	// Whoever knows the secret of a link sees the card behind it, and anonymous people are who links are for.
	shared_card: `(repeat('a', 32))`,
	// As with a card: they read what they are invited to before they have an account.
	shown_invitation: `(repeat('c', 32))`,
	stop_training: `(:target)`,
	undo_import: `(matrix.row_in('scheduled_jobs', :organization))`,
	unshare_card: `(matrix.row_of('studio_jobs', :own))`,
};

/** What is tried, what makes room for it, and the column that it is about. */
export type Try = { sql: string; room?: string; column?: string };

/** Every way to touch a table, as SQL. */
export function verbs(name: string, table: Table): Record<string, Try> {
	const { owner, columns, conflict, change, further = {} } = table;
	const from = `public.${name}`;
	const insert = (whose: string) =>
		`insert into ${from} (${[owner, ...Object.keys(table.insert)].join(', ')}) values (${[whose, ...Object.values(table.insert)].join(', ')})`;
	// A constant: an update that reads what it changes has to pass the policies for reading, too.
	const set = `set ${change} = ${columns[change]}`;
	const room = (whose: string) => (table.room ? { room: table.room.replace(':owner', whose) } : {});
	return {
		'select own': { sql: `select * from ${from} where ${owner} = :own` },
		"select another's": { sql: `select * from ${from} where ${owner} = :other` },
		'select all': { sql: `select * from ${from}` },
		...(table.ownedByDefault && {
			insert: {
				sql: `insert into ${from} (${Object.keys(table.insert).join(', ')}) values (${Object.values(table.insert).join(', ')})`,
			},
		}),
		'insert own': { sql: insert(':own'), ...room(':own') },
		'insert as another': { sql: insert(':other'), ...room(':other') },
		'upsert own, ignore': { sql: `${insert(':own')} on conflict ${conflict} do nothing` },
		'upsert own, merge': {
			sql: `${insert(':own')} on conflict ${conflict} do update set ${change} = excluded.${change}`,
		},
		'update own': { sql: `update ${from} ${set} where ${owner} = :own` },
		"update another's": { sql: `update ${from} ${set} where ${owner} = :other` },
		'update blind': { sql: `update ${from} ${set}` },
		...Object.fromEntries(
			Object.entries(columns).map(([column, value]) => [
				`update ${column}`,
				{ sql: `update ${from} set ${column} = ${value} where ${owner} = :own`, column },
			]),
		),
		'hand own to another': {
			sql: `update ${from} set ${owner} = :other where ${owner} = :own`,
			...room(':other'),
		},
		...Object.fromEntries(Object.entries(further).map(([what, sql]) => [what, { sql }])),
		'delete own': { sql: `delete from ${from} where ${owner} = :own` },
		"delete another's": { sql: `delete from ${from} where ${owner} = :other` },
		'delete blind': { sql: `delete from ${from}` },
	};
}

/** The same when the grants are lost, as when somebody grants everything to everybody: then the policies hold alone. */
export function verbsWithEverythingGranted(name: string, table: Table): Record<string, Try> {
	const grant = `grant all on table public.${name} to anon, authenticated;`;
	return Object.fromEntries(
		Object.entries(verbs(name, table))
			.filter(([, { column }]) => column === undefined)
			.map(([verb, { sql, room = '' }]) => [verb, { sql, room: `${grant} ${room}` }]),
	);
}
