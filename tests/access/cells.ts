/**
 * What the access matrix asks: who, and what they try. A table, a column or a function that the migrations make and
 * that is missing here fails the test: say what is to be tried on it. Those of a feature that can be removed are in cells/.
 */
import * as imports from './cells/imports.ts'; // feature: imports
import * as models from './cells/models.ts'; // feature: models
import * as organizations from './cells/organizations.ts'; // feature: organizations
import * as studio from './cells/studio.ts'; // feature: studio
import type { Table } from './table.ts';

/** Everybody who may come, with the state that they are in. Their tokens were issued before, and are valid. */
export const who = {
	anonymous: { role: 'anon' },
	'a user': { role: 'authenticated', name: 'ann' },
	'another user': { role: 'authenticated', name: 'bob' },
	"organization's owner": { role: 'authenticated', name: 'olga' }, // feature: organizations
	'member of the organization': { role: 'authenticated', name: 'mia' }, // feature: organizations
	'member of another organization': { role: 'authenticated', name: 'otto' }, // feature: organizations
	'removed a moment ago': { role: 'authenticated', name: 'rex' }, // feature: organizations
	admin: { role: 'authenticated', name: 'boss' },
	'demoted admin': { role: 'authenticated', name: 'demoted' },
	'suspended user': { role: 'authenticated', name: 'held' },
	'suspended admin': { role: 'authenticated', name: 'heldboss' },
	'signed out': { role: 'authenticated', name: 'out' },
	'signed out admin': { role: 'authenticated', name: 'outboss' },
	'deleted account': { role: 'authenticated', name: 'gone' },
	'service role': { role: 'service_role' },
} as const;

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
	...models.tables, // feature: models
	...studio.tables, // feature: studio
	...organizations.tables, // feature: organizations
	...imports.tables, // feature: imports
};

/** Each function in public, with a call that an admin or the person concerned would make, and what is looked at of a long answer. */
export const calls: Record<string, string> = {
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
	claim_jobs: `('w', array['tests.work'], 1, 60)`,
	delete_my_account: `()`,
	end_my_other_sessions: `()`,
	end_my_session: `(:target_session)`,
	export_my_data: `() -> 'account' ->> 'id' = :own`,
	extend_leases: `(array[1], array[1], 60)`,
	fail_job: `(1, 1, 'x', false)`,
	finish_jobs: `(array[1], array[1])`,
	handle_new_user: `()`,
	is_admin: `()`,
	is_service_role: `()`,
	list_my_losses: `() = '[]'`,
	list_my_sessions: `() #>> '{0, current}'`,
	live_feed: `(null, array[:target_session]::uuid[], '[]')`,
	live_session: `() = :session`,
	make_admin: `(:target_email)`,
	me: `() ->> 'alive'`,
	note_my_session: `('A browser', '192.0.2.1')`,
	release_jobs: `(array[1], array[1])`,
	report_registration_failure: `('42501', 'x')`,
	schema_version: `()`,
	...models.calls, // feature: models
	...studio.calls, // feature: studio
	...organizations.calls, // feature: organizations
	...imports.calls, // feature: imports
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
		// What it reads would have to pass the policies for reading, also when it is another's.
		'hand over blind': { sql: `update ${from} set ${owner} = :other`, ...room(':other') },
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
