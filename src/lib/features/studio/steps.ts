/** What the worker does for a card, and how far it is when it begins with it. */
export const steps = { drawing: 0.1, rendering: 0.4, storing: 0.8 };

/** How it is with a card that is not done, in a few words. */
export function nameState(state: string, progress: number): string {
	switch (state) {
		case 'waiting':
			return 'Waiting for its turn';
		case 'failed':
			return 'Could not be drawn';
		case 'cancelled':
			return 'Cancelled';
	}
	if (progress >= steps.storing) return 'Being stored';
	return progress >= steps.rendering ? 'Being rendered' : 'Being drawn';
}

export function isOpen(state: string): boolean {
	return state === 'waiting' || state === 'running';
}

/** What the live stream tells of a card. */
export function readStep(
	data: Record<string, unknown>,
): { state: string; progress: number } | null {
	const { state, progress } = data;
	return typeof state === 'string' && typeof progress === 'number' ? { state, progress } : null;
}
