import { nameBrowser } from '../../browser-name.ts';
import type { User } from './answers.ts';

/** To the minute, in UTC like every time on the admins' pages: one can compare it with a log. */
export function inUtc(at: string): string {
	return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

export function counted(number: number, one: string, many: string): string {
	return number === 1 ? `1 ${one}` : `${inFigures(number)} ${many}`;
}

export function inFigures(number: number): string {
	return number.toLocaleString('en-GB');
}

export function nameOf({ name, email, id }: Pick<User, 'name' | 'email' | 'id'>): string {
	return name || email || id;
}

export const sources: Partial<Record<string, string>> = {
	trigger: 'by the trigger',
	fallback: 'by the fallback',
	repair: 'by a repair',
};

/** Every act that the log can hold. */
export const acts: Record<string, string> = {
	role_set: 'Role changed',
	suspended: 'Suspended',
	restored: 'Restored',
	session_ended: 'Session ended',
	sessions_ended: 'Sessions ended',
	profile_repaired: 'Profile repaired',
	deleted: 'Deleted',
	left: 'Deleted their own account',
	recovery_sent: 'Mail for a new password asked for',
	confirmation_resent: 'Confirmation asked for again',
	invited: 'Invitation asked for',
	job_retried: 'Job sent again',
	kind_paused: 'Kind of job stopped',
	kind_resumed: 'Kind of job resumed',
};

const events: Record<string, string> = {
	...acts,
	registered: 'Signed up',
	invited: 'Invited',
	confirmed: 'Email confirmed',
	profile_made: 'Profile made',
	logged_in: 'Logged in',
	changed: 'Profile changed',
	registration_failed: 'Profile could not be made',
	registration_resolved: 'Failure resolved',
};

export function wordsFor(event: string): string {
	return events[event] ?? event;
}

/** What changed, as one line: `role: user → admin`. */
export function changes(
	before: Record<string, unknown> | null,
	after: Record<string, unknown> | null,
): string {
	const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
	return [...names]
		.map((name) => [name.replaceAll('_', ' '), shown(before?.[name]), shown(after?.[name])])
		.filter(([, old, now]) => old !== now)
		.map(([name, old, now]) =>
			now === '' && after === null
				? `${name}: ${old}`
				: old === ''
					? `${name}: ${now}`
					: `${name}: ${old} → ${now || '–'}`,
		)
		.join(', ');
}

/** What belongs to an event of a timeline: a change, or plain facts. */
export function lineOf(details: Record<string, unknown> | null): string {
	const { before, after, reason, browser, ...facts } = details ?? {};
	const changed = changes(record(before), record(after));
	// A suspension keeps its reason among what changed as well.
	const why = record(after)?.['reason'] === reason ? '' : shown(reason);
	const where = typeof browser === 'string' ? (nameBrowser(browser) ?? '') : '';
	return [changed, why, where, changes(null, facts)].filter(Boolean).join('. ');
}

function record(value: unknown): Record<string, unknown> | null {
	return value !== null && typeof value === 'object' ? { ...value } : null;
}

function shown(value: unknown): string {
	if (value === null || value === undefined) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
