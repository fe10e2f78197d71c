import { expect, test } from 'vitest';
import { changes, counted, inUtc } from './words.ts';

test('a time is told in UTC, to the minute', () => {
	expect(inUtc('2026-03-01T00:30:15.5+01:00')).toBe('2026-02-28 23:30');
});

test('one is not many', () => {
	expect([counted(1, 'person', 'people'), counted(10_000, 'person', 'people')]).toEqual([
		'1 person',
		'10,000 people',
	]);
});

test('what changed is one line, and what stayed is not in it', () => {
	expect(changes({ role: 'user', name: 'Ada' }, { role: 'admin', name: 'Ada' })).toBe(
		'role: user → admin',
	);
	expect(changes({ sessions: 2 }, null)).toBe('sessions: 2');
	expect(changes({ suspended: true, until: '2027' }, { suspended: false })).toBe(
		'suspended: true → false, until: 2027 → –',
	);
	expect(changes(null, { sessions_ended: 2 })).toBe('sessions ended: 2');
});
