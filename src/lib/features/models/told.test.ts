import { describe, expect, test } from 'vitest';
import type { Point } from './points.ts';
import { mergePoints, newer, readTold } from './told.ts';

const point = (epoch: number): Point => ({
	epoch,
	loss: 1,
	accuracy: 0.5,
	validationLoss: 1,
	validationAccuracy: 0.5,
});

describe('what is told of a training', () => {
	test('is read, and what is no point is left out', () => {
		expect(
			readTold({
				state: 'running',
				progress: 0.2,
				epoch: 2,
				loss: 1,
				accuracy: 0.5,
				points: [point(2), { epoch: 3 }, null],
			}),
		).toEqual({
			state: 'running',
			progress: 0.2,
			epoch: 2,
			loss: 1,
			accuracy: 0.5,
			points: [point(2)],
		});
		expect(readTold({ state: 'waiting' })).toMatchObject({ progress: 0, loss: null, points: [] });
	});

	test('takes the place of what is shown only when it is newer', () => {
		const shown = { state: 'running' as const, epoch: 5 };
		const told = (state: string, epoch: number) => readTold({ state, epoch });
		expect(newer(shown, undefined)).toBe(shown);
		expect(newer(shown, told('running', 4))).toBe(shown);
		expect(newer(shown, told('waiting', 5))).toBe(shown);
		expect(newer(shown, told('running', 6)).epoch).toBe(6);
		expect(newer(shown, told('done', 5)).state).toBe('done');
	});

	test('adds to the curve each epoch once', () => {
		expect(
			mergePoints([point(1), point(2)], [point(4), point(2)]).map(({ epoch }) => epoch),
		).toEqual([1, 2, 4]);
	});
});
