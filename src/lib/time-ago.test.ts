import { expect, it } from 'vitest';
import { timeAgo } from './time-ago.ts';

it.each([
	['2026-03-01T12:00:00Z', 'a moment ago'],
	['2026-03-01T11:59:01Z', 'a moment ago'],
	['2026-03-01T11:59:00Z', '1 minute ago'],
	['2026-03-01T13:00:01+02:00', '59 minutes ago'],
	['2026-03-01T10:01:00Z', '1 hour ago'],
	['2026-02-27T12:00:00Z', '2 days ago'],
	['2025-03-01T12:00:00Z', '365 days ago'],
	['2026-03-01T12:00:05Z', 'a moment ago'],
])('says of %s: %s', (then, words) => {
	expect(timeAgo(then, new Date('2026-03-01T12:00:00Z'))).toBe(words);
});
