import * as v from 'valibot';

export const retryJobSchema = v.object({
	job: v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'There is no such job.'), v.transform(Number)),
});

export const pauseKindSchema = v.object({
	kind: v.pipe(v.string(), v.regex(/^[a-z_]{1,40}\.[a-z_]{1,40}$/, 'There is no such kind.')),
	paused: v.pipe(
		v.picklist(['yes', 'no'], 'Please choose.'),
		v.transform((typed) => typed === 'yes'),
	),
});
