import type { Mutant } from './mutants.ts';

/**
 * Mutants that change nothing for anybody, each with the reason. One that a test notices has no place here.
 * What two people do at the same moment is not seen from one connection: for that the reason names the test.
 */
const equivalents: { kind: string; objects: RegExp; reason: string }[] = [
	{
		kind: 'guard removed',
		objects: /^function public\.finish_(training|studio_job)\(.*require_lease/,
		reason:
			'private.finish_job(), the last line, asks the same in the same transaction, and takes the write back.',
	},
	{
		kind: 'guard removed',
		objects:
			/^function private\.(require_admin_over|require_subject|admin_end_sessions?|admin_repair_profile|admin_retry_job|delete_my_account)\(.*: perform private\.require_(admin|active)/,
		reason:
			'It is asked before the lock and behind it, and either refuses. Who is no admin any more, or suspended, after the wait is seen by admin-races.test.ts.',
	},
	{
		kind: 'guard removed',
		objects: /^function private\.revoke_invitation\(uuid\): perform private\.require_membership/,
		reason:
			'Only an owner finds the invitation in the line before. Behind the lock it is asked again for two who act at once: organization-races.test.ts.',
	},
	{
		kind: 'guard removed',
		objects:
			/^function private\.(require_membership\(.*: perform private\.require_active|use_invitation\(.*: (perform )?private\.require_active|cancel_import\(uuid\): perform private\.require_import)/,
		reason:
			'It is asked before the wait and behind it, and either refuses. What is lost while somebody waits is seen by organization-races.test.ts and imports-races.test.ts.',
	},
	{
		kind: 'refusal removed',
		objects: /^function private\.lock_imports_of\(/,
		reason:
			'It refuses whoever was removed or suspended while they waited, which takes two connections: imports-races.test.ts.',
	},
	{
		kind: 'always true',
		objects: /^function public\.is_service_role\(\)$/,
		reason: 'Nobody but the service role may call it: for everybody else there is no answer.',
	},
	{
		kind: 'trigger dropped',
		objects:
			/^trigger (_100_hold on public\.(ai_models|training_jobs)|_410_imports on public\.users|_420_jobs on public\.users|_500_imports on public\.organizations)$/,
		reason:
			'They keep people from waiting in a circle, which takes two connections: models-races.test.ts, imports-races.test.ts and queue-races.test.ts.',
	},
	{
		kind: 'invoker, not definer',
		objects:
			/^function private\.(count_listed|note_departure|lock_organizations_of|hold_jobs_of|hold_organizations_imported_to|hand_over_imports)\(\)$/,
		reason:
			'What goes with an account is deleted by a foreign key, as the owner of the table; the service role, who may delete profiles, may read and lock what it reads, and is no account that leaves.',
	},
	{
		kind: 'invoker, not definer',
		objects:
			/^function private\.(follow_(training|studio|import)_job|tell_of_(training|studio_job|import|notification))\(\)$/,
		reason:
			'Only the service role and functions that run as the owner cause these triggers, and the service role may do what they do.',
	},
	{
		kind: 'definer, not invoker',
		objects: /^function private\.(finish_job|require_lease|hold_leases|job_error|job_state)\(/,
		reason: 'Only the service role may call them, and it may do all of it itself.',
	},
	{
		kind: 'definer, not invoker',
		objects: /^function private\.me\(\)$/,
		reason:
			'All it reads is private.session_state(), which runs as the owner and goes by the claims of the token, not by the role.',
	},
	{
		kind: 'definer, not invoker',
		objects: /^function private\.(fill_training|limit_models)\(\)$/,
		reason: 'They look at rows of the person alone by a condition, whatever the policies show.',
	},
	{
		kind: 'definer, not invoker',
		objects: /^function private\.(refuse_change|touch_updated_at|wake_workers|require_mapping)\(/,
		reason: 'They touch no table.',
	},
	{
		kind: 'invoker, not definer',
		objects: /^function private\.(my_owned_organizations|list_my_organizations)\(\)$/,
		reason:
			'They read the caller’s own memberships, which the policies show them; a token that is worth nothing is refused by all_active or by me() before.',
	},
	{
		kind: 'invoker, not definer',
		objects: /^function private\.(user_id|live_session)\(\)$/,
		reason:
			'Where people may look into the schema auth, as on a hosted project, auth.uid() and auth.jwt() answer them, too.',
	},
];

export function reasonFor({ kind, object, equivalent }: Mutant): string | null {
	if (equivalent) return equivalent;
	const known = equivalents.find((each) => each.kind === kind && each.objects.test(object));
	return known?.reason ?? null;
}
