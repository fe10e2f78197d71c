export const statuses = [
	'scheduled',
	'running',
	'done',
	'failed',
	'cancelled',
	'undoing',
	'undone',
] as const;

export type Status = (typeof statuses)[number];

export function parseStatus(status: string): Status {
	return statuses.find((known) => known === status) ?? 'failed';
}

export const wordFor: Record<Status, string> = {
	scheduled: 'Waiting',
	running: 'Running',
	done: 'Done',
	failed: 'Failed',
	cancelled: 'Cancelled',
	undoing: 'Being undone',
	undone: 'Undone',
};

/** Whether something is still to come. */
export function isOpen(status: Status): boolean {
	return status === 'scheduled' || status === 'running' || status === 'undoing';
}
