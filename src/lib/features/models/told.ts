import type { Point } from './points.ts';
import { parseState, type State } from './states.ts';

/** What an open page is told of a training. */
export type Told = {
	state: State;
	progress: number;
	epoch: number;
	loss: number | null;
	accuracy: number | null;
	/** The newest of its curve. */
	points: Point[];
};

const figures = ['epoch', 'loss', 'accuracy', 'validationLoss', 'validationAccuracy'] as const;

/** By hand, because a library for it would be the largest part of the page's script. */
export function readTold(data: Record<string, unknown>): Told {
	const points = Array.isArray(data['points']) ? data['points'] : [];
	return {
		state: parseState(String(data['state'])),
		progress: toNumber(data['progress']) ?? 0,
		epoch: toNumber(data['epoch']) ?? 0,
		loss: toNumber(data['loss']),
		accuracy: toNumber(data['accuracy']),
		points: points.filter(isPoint),
	};
}

/** The page's own, unless what was told is newer. Events may come late, and a page may have been on its way meanwhile. */
export function newer<Shown extends { state: State; epoch: number }>(
	shown: Shown,
	told: Told | undefined,
): Shown {
	if (!told || told.epoch < shown.epoch) return shown;
	if (told.epoch === shown.epoch && told.state === 'waiting') return shown;
	const { state, progress, epoch, loss, accuracy } = told;
	return { ...shown, state, progress, epoch, loss, accuracy };
}

/** Both together, each epoch once and in their order. */
export function mergePoints(shown: Point[], told: Point[]): Point[] {
	const all = new Map([...shown, ...told].map((point) => [point.epoch, point]));
	return [...all.values()].sort((a, b) => a.epoch - b.epoch);
}

function toNumber(value: unknown): number | null {
	return typeof value === 'number' ? value : null;
}

function isPoint(value: unknown): value is Point {
	if (typeof value !== 'object' || value === null) return false;
	const found = new Map(Object.entries(value));
	return figures.every((name) => typeof found.get(name) === 'number');
}
