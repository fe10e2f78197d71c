import { expect, it } from 'vitest';
import { nav } from '../config.ts';
import { isFor } from './nav.ts';

const seenBy = (person: { role: 'user' | 'admin' } | null) =>
	(['everyone', 'guests', 'people', 'admins'] as const).filter((who) =>
		isFor({ for: who }, person),
	);

it('shows a guest what is for everyone and for guests', () => {
	expect(seenBy(null)).toEqual(['everyone', 'guests']);
});

it('shows a person no link for guests and none for admins', () => {
	expect(seenBy({ role: 'user' })).toEqual(['everyone', 'people']);
});

it('shows an admin what people see, and the links for admins', () => {
	expect(seenBy({ role: 'admin' })).toEqual(['everyone', 'people', 'admins']);
});

it('lists no page twice in the header', () => {
	const pages = nav.map(({ href }) => href);
	expect(new Set(pages).size).toBe(pages.length);
});
