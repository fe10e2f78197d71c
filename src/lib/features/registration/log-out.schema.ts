import * as v from 'valibot';

/** Both buttons say which; anything else means this browser alone. */
export const logOutSchema = v.object({
	scope: v.pipe(
		v.string(),
		v.transform((scope) => (scope === 'global' ? 'global' : 'local')),
	),
});
