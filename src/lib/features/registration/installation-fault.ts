/** The ways in which a database can be set up wrongly for the fallback, by the names that the log and the doctor use. */
export type InstallationFault =
	'policy_recursion' | 'policy_missing' | 'grant_missing' | 'table_missing' | 'unknown';

/**
 * A missing policy and a missing grant have the same SQLSTATE, 42501; PostgreSQL tells them apart in the message alone.
 * A missing SELECT policy is a missing policy too: what one may not see, one may not get back from an insert.
 */
export function nameFault({ code, message }: { code: string; message: string }): InstallationFault {
	if (code === '42P17') return 'policy_recursion';
	if (code === '42501')
		return message.includes('permission denied') ? 'grant_missing' : 'policy_missing';
	if (code === '42P01' || code === 'PGRST205') return 'table_missing';
	return 'unknown';
}
