import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateStrength, strengths } from './password-strength.ts';

it.each([
	['short', 'Too short'],
	['aaaaaaaaaaaaaaaa', 'Weak'],
	['abcdefgh12345678', 'Weak'],
	['Password1', 'Weak'],
	['Summer2024!', 'Fair'],
	['xk4!qp9z', 'Fair'],
	['xk4!qp9zTb', 'Good'],
	['correct horse battery', 'Strong'],
])('%s is called %s', (password, strength) => {
	expect(strengths[estimateStrength(password)]).toBe(strength);
});

it('has a word for whatever is typed', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (password) => {
			expect(strengths[estimateStrength(password)]).toBeDefined();
		}),
	);
});
