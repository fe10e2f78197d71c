import { expect, test } from 'vitest';
import { wordsForLoss } from './losses.ts';

test.each([
	[{ what: 'something', count: 1 }, '1 something'],
	[{ what: 'something', count: 7 }, '7 something'],
])('%o is told as “%s”', (loss, told) => {
	expect(wordsForLoss(loss)).toBe(told);
});
