import { describe, expect, it } from 'vitest';
import { wasMadeEarlier } from './earlier-sign-up.ts';

const createdAt = '2026-01-01T12:00:00.000Z';
const after = (seconds: number) => Date.parse(createdAt) + seconds * 1000;
const mailedAfter = (seconds: number) => new Date(after(seconds)).toISOString();

describe('an account that is confirmed', () => {
	it('was made by this sign-up when both are about the same time, whatever the clocks', () => {
		for (const seconds of [-300, 0, 2, 300]) {
			expect(wasMadeEarlier({ createdAt, mailedAt: mailedAfter(0) }, after(seconds))).toBe(false);
		}
	});

	it('was made earlier, perhaps by somebody else, when this browser signed up long after', () => {
		expect(wasMadeEarlier({ createdAt, mailedAt: undefined }, after(3600))).toBe(true);
	});

	it('counts as made earlier on another device when its mail was asked for again', () => {
		expect(wasMadeEarlier({ createdAt, mailedAt: mailedAfter(90) }, null)).toBe(true);
		expect(wasMadeEarlier({ createdAt, mailedAt: mailedAfter(1) }, null)).toBe(false);
		expect(wasMadeEarlier({ createdAt, mailedAt: undefined }, null)).toBe(false);
	});
});
