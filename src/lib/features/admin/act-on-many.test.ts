import { expect, test } from 'vitest';
import { AppError } from '../../errors.ts';
import { actOnMany } from './act-on-many.ts';

const people = Array.from({ length: 100 }, (_, index) => ({
	id: `${index}`,
	name: `Person ${index}`,
	email: null,
}));

test('says for how many it was done', async () => {
	expect(await actOnMany(people, async () => undefined)).toEqual({
		text: 'Done for 100 people.',
		kind: 'success',
	});
});

test('goes on after a refusal, and says each reason once, with some of the names', async () => {
	const { text, kind } = await actOnMany(people, async (id) => {
		if (id === '3') throw new AppError('yourself', 409, 'Nobody does this to themselves.');
		if (Number(id) >= 10) throw new AppError('no_account', 404, 'They are gone.');
	});
	expect(kind).toBe('error');
	expect(text).toBe(
		'Done for 9 people. Not for Person 3: Nobody does this to themselves. Not for Person 10, Person 11, Person 12, Person 13, Person 14 and 85 others: They are gone.',
	);
	expect(text.length).toBeLessThan(500);
});

test('stops when nobody answers, and says how far it came', async () => {
	const asked: string[] = [];
	const { text } = await actOnMany(people, async (id) => {
		asked.push(id);
		if (id === '2') throw new AppError('unreachable', 503, 'We cannot reach our database.');
	});
	expect(text).toBe('Done for 2 people. Then it stopped: We cannot reach our database.');
	expect(asked).toEqual(['0', '1', '2']);
});
