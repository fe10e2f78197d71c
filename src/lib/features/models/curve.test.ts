import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfScale, pathOf, size } from './curve.ts';

describe('a curve', () => {
	test('goes from the first epoch at the left edge to the last at the right one', () => {
		const values = [
			{ epoch: 1, value: 2 },
			{ epoch: 3, value: 1 },
			{ epoch: 5, value: 0 },
		];
		expect(pathOf(values, 5, 2)).toBe('0.0,0.0 150.0,75.0 300.0,150.0');
	});

	test('stays in the chart, whatever its values are', () => {
		const point = fc.record({
			epoch: fc.integer({ min: 1, max: 50 }),
			value: fc.double({ min: 0, max: 1e6, noNaN: true }),
		});
		fc.assert(
			fc.property(fc.array(point, { minLength: 1 }), (values) => {
				const most = endOfScale(values.map(({ value }) => value));
				for (const place of pathOf(values, 50, most).split(' ')) {
					const [x = -1, y = -1] = place.split(',').map(Number);
					expect(x >= 0 && x <= size.width && y >= 0 && y <= size.height).toBe(true);
				}
			}),
		);
	});
});

test.each([
	[[], 1],
	[[0], 1],
	[[0.93, 0.4], 1],
	[[1.2], 1.5],
	[[0.31], 0.5],
	[[42], 50],
])('the scale of %s ends at %f', (values, end) => {
	expect(endOfScale(values)).toBeCloseTo(end, 9);
});
