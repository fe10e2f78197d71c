import * as v from 'valibot';

const text = (longest: number) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.check((typed) => [...typed].length <= longest, `Please use at most ${longest} characters.`),
		// The database holds no such character.
		v.check((typed) => !typed.includes('\0'), 'Please use characters that can be shown.'),
	);

const optional = (longest: number) =>
	v.pipe(
		text(longest),
		v.transform((typed) => typed || null),
	);

const number = (pattern: RegExp, message: string) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.regex(pattern, message),
		v.transform((typed) => (typed === '' ? null : Number(typed))),
	);

export const itemSchema = v.object({
	sku: v.pipe(text(100), v.nonEmpty('Please give it a SKU.')),
	name: v.pipe(text(200), v.nonEmpty('Please give it a name.')),
	quantity: number(/^\d{0,9}$/, 'A whole number from 0 to 999,999,999, please.'),
	price: number(/^(\d{1,10}(\.\d{1,2})?)?$/, 'An amount such as 9.90, please.'),
	location: optional(200),
	category: optional(200),
	note: optional(2000),
});

export type NewItem = v.InferOutput<typeof itemSchema>;

/** With the version that was shown: what somebody else changed meanwhile is not overwritten. */
export const changeSchema = v.object({
	...itemSchema.entries,
	version: v.pipe(
		v.string(),
		v.regex(/^\d{1,9}$/, 'Please load the page again.'),
		v.transform(Number),
	),
});
