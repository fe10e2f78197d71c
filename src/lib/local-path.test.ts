import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localPath } from './local-path.ts';

const origin = 'https://gatehouse.example';

it('keeps a path on this site, with its query and its fragment', () => {
	expect(localPath('/users?page=2#last', origin)).toBe('/users?page=2#last');
});

it.each([
	'https://evil.example/',
	'//evil.example/',
	'/\\evil.example/',
	'/\t/evil.example/',
	'/.//evil.example/',
	'/a/..//evil.example/',
	'/%2e//evil.example/',
	'javascript:alert(1)',
	'',
	'users',
	null,
	new File([], 'next'),
])('leads to the front page instead of %o', (next) => {
	expect(localPath(next, origin)).toBe('/');
});

it('never leads to another site, whatever is asked for', () => {
	const piece = fc.oneof(
		fc.constantFrom(
			'/',
			'\\',
			'.',
			'..',
			':',
			'@',
			'?',
			'#',
			'\t',
			'\n',
			'%2e',
			'%2f',
			'evil.example',
		),
		fc.string({ unit: 'binary' }),
	);
	fc.assert(
		fc.property(fc.array(piece), (pieces) => {
			const path = localPath(`/${pieces.join('')}`, origin);
			expect(new URL(path, origin).origin).toBe(origin);
		}),
		{ numRuns: 2000 },
	);
});
