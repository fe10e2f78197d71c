import { expect, it } from 'vitest';
import { initialsOf } from './initials.ts';

it.each([
	['Ada', 'A'],
	['ada lovelace', 'AL'],
	['Ada King Lovelace', 'AL'],
	['  Zoë   李 ', 'Z李'],
	['é\u0301a', 'É\u0301'],
	['👩‍👩‍👧 Family', '👩‍👩‍👧F'],
	['', ''],
])('takes the first letters of %o', (name, initials) => {
	expect(initialsOf(name)).toBe(initials);
});
