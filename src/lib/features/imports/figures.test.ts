import { expect, test } from 'vitest';
import { duration, paceOf } from './figures.ts';

test.each([
	[-3, '0 s'],
	[59.4, '59 s'],
	[200, '3 min 20 s'],
	[7260, '2 h 1 min'],
])('%d seconds are %s', (seconds, words) => {
	expect(duration(seconds)).toBe(words);
});

test('the pace is what was done since the beginning', () => {
	const started_at = '2026-01-01T00:00:00Z';
	const now = '2026-01-01T00:00:10+00:00';
	expect(paceOf({ lines_done: 500, lines_total: 1500, started_at }, now)).toEqual({
		rate: 50,
		left: 20,
	});
	expect(paceOf({ lines_done: 0, lines_total: 10, started_at }, now)).toBeNull();
	expect(paceOf({ lines_done: 5, lines_total: 10, started_at: null }, now)).toBeNull();
	expect(paceOf({ lines_done: 5, lines_total: 10, started_at }, started_at)).toBeNull();
});
