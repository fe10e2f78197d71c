import { expect, test } from 'vitest';
import { readTold } from './told.ts';

test('what a page is told is read, whatever it is', () => {
	const at = '2026-01-01T00:00:00Z';
	const told = readTold({ status: 'running', lines_done: 5, lines_added: '3' }, at);
	expect(told).toMatchObject({ status: 'running', lines_done: 5, lines_added: 0, at });
	expect(readTold({}, at).status).toBe('failed');
});
