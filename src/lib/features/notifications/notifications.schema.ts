import * as v from 'valibot';

export const oneSchema = v.object({
	id: v.pipe(v.string(), v.uuid('This notification is not there any more.')),
});

/** The page of the list; anything that is none counts as the first. */
export const pageNumber = v.fallback(
	v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number), v.minValue(1)),
	1,
);
