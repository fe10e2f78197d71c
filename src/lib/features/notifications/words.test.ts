import { expect, test } from 'vitest';
import { wordsFor } from './words.ts';

const id = '3f2b8f0e-9d5c-4b57-8a55-3d2a4c1c9b10';

test.each(['training', 'card', 'import'])('says of a %s that it is done or failed', (what) => {
	for (const [end, bad] of [
		['done', false],
		['failed', true],
	] as const) {
		const words = wordsFor({ kind: `${what}.${end}`, data: { id, title: 'Iris' } });
		expect(words).toMatchObject({ text: expect.stringContaining('“Iris”'), bad });
	}
});

test('leads to the thing', () => {
	expect(wordsFor({ kind: 'training.done', data: { id } }).href).toBe(`/models/${id}`);
});

test.each([null, [], 'text', 7, {}, { id: 7, title: {} }, { id: '../../admin' }, { id: '//x' }])(
	'makes a sentence without a link of %j',
	(data) => {
		expect(wordsFor({ kind: 'card.done', data })).toEqual({
			text: 'The card is ready.',
			href: null,
			bad: false,
		});
	},
);

test.each(['garden.grown', '__proto__', 'constructor', 'toString'])(
	'has a sentence for a kind that it does not know: %s',
	(kind) => {
		expect(wordsFor({ kind, data: { id } })).toEqual({
			text: 'Something of yours has changed.',
			href: null,
			bad: false,
		});
	},
);
