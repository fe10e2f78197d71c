import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disarm, rearm } from './formula.ts';

const armed = /^[=+\-@＝＋－＠\t\r\n]/;

test('no text begins a formula, and each comes back as it was', () => {
	const text = fc.oneof(
		fc.string(),
		fc
			.tuple(fc.stringMatching(/^'{0,3}[=+\-@＝＋－＠\t\r\n]?$/), fc.string())
			.map(([start, end]) => start + end),
	);
	fc.assert(
		fc.property(text, (written) => {
			expect(disarm(written)).not.toMatch(armed);
			expect(rearm(disarm(written))).toBe(written);
		}),
	);
});
