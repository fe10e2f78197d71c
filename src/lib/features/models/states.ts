const names = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;

export type State = (typeof names)[number];

/** How a training is, in the word that people read. */
export const wordFor: Record<State, string> = {
	waiting: 'Waiting',
	running: 'Training',
	done: 'Done',
	failed: 'Failed',
	cancelled: 'Stopped',
};

/** The database knows no others. */
export function parseState(name: string): State {
	return names.find((each) => each === name) ?? 'failed';
}

/** Not over yet. */
export function isOpen(state: State): boolean {
	return state === 'waiting' || state === 'running';
}

export function inPercent(part: number | null): string {
	return part === null ? '–' : `${(part * 100).toFixed(1)} %`;
}
