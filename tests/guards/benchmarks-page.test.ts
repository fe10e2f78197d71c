import { expect, test } from 'vitest';
import { medianAndSpread, replaceSection } from '../bench/report.ts';

const page =
	'# Measured\n\n<!-- a -->\n\nold\n\n<!-- /a -->\n\n<!-- b -->\n\nother\n\n<!-- /b -->\n';

test('a benchmark replaces its own section of the page', () => {
	const once = replaceSection(page, 'a', 'new\n');
	expect(once).toBe(page.replace('old', 'new'));
	expect(replaceSection(once, 'a', 'old')).toBe(page);
});

test('a benchmark without a section gets one at the end', () => {
	const more = replaceSection(page, 'c', 'third');
	expect(more).toBe(`${page}\n<!-- c -->\n\nthird\n\n<!-- /c -->\n`);
});

test('the spread is the middle half of the runs', () => {
	expect(medianAndSpread([50, 10, 20, 40, 30, 1000, 1, 35], 0)).toBe('35 (20–50)');
});
