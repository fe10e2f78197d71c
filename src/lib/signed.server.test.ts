import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSigned, sign } from './signed.server.ts';

describe('what was signed', () => {
	it('is read again, for the same purpose only', () => {
		fc.assert(
			fc.property(fc.string(), (value) => {
				const signed = sign('reset', value);
				expect(readSigned('reset', signed)).toBe(value);
				expect(readSigned('another', signed)).toBeNull();
			}),
		);
	});

	it('is worth nothing once anything of it is changed', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (value, other) => {
				const signature = sign('reset', value).slice(value.length);
				expect(readSigned('reset', other + signature)).toBe(other === value ? value : null);
				expect(readSigned('reset', `${value}.${other}`)).toBeNull();
				expect(readSigned('reset', other)).toBeNull();
			}),
		);
	});
});
