import * as v from 'valibot';

const count = v.pipe(v.string(), v.regex(/^\d{0,9}$/, 'This is no number.'), v.transform(Number));
const uuid = v.pipe(v.string(), v.uuid('There is no such account.'));

export const repairOneSchema = v.object({ user: uuid });

/** A batch, and what the batches before it did: the page remembers, the server does not. */
export const repairAllSchema = v.object({
	cursor: v.union([v.literal(''), uuid], 'Please begin again.'),
	repaired: count,
	failed: count,
});
