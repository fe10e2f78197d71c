import fc from 'fast-check';
import { expect, it } from 'vitest';
import { whereTo } from './destination.ts';

const origin = 'https://gatehouse.example';

it.each([
	['/models?page=2#last', '/models?page=2#last'],
	['https://gatehouse.example/models?page=2', '/models?page=2'],
	['https://gatehouse.example/', '/home'],
	['https://gatehouse.example', '/home'],
	['https://gatehouse.example//evil.example', '/home'],
	['https://gatehouse.example.evil.example/', '/home'],
	['https://evil.example/models', '/home'],
	['//evil.example', '/home'],
	['javascript:alert(1)', '/home'],
	['/', '/home'],
	['', '/home'],
	[null, '/home'],
	[undefined, '/home'],
])('%o leads to %s', (next, path) => {
	expect(whereTo(next, origin)).toBe(path);
});

it('never leads to another site', () => {
	const start = fc.constantFrom('', '/', origin, `${origin}/`, '//', '/\\', 'https:');
	fc.assert(
		fc.property(start, fc.string({ unit: 'binary' }), (first, rest) => {
			const path = whereTo(first + rest, origin);
			expect(path.startsWith('/')).toBe(true);
			expect(new URL(path, origin).origin).toBe(origin);
		}),
	);
});
