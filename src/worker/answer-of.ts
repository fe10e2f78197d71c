import type { PostgrestError } from '@supabase/supabase-js';

/** What the database refused, in its own words: they are for the log and for admins. */
export class RefusedError extends Error {
	override name = 'RefusedError';
	readonly code: string;
	readonly hint: string;

	constructor({ code, hint, message }: PostgrestError) {
		super(message);
		this.code = code;
		this.hint = hint;
	}
}

/** What a call answered, or a RefusedError. */
export async function answerOf<Data>(
	call: PromiseLike<{ data: Data; error: null } | { data: null; error: PostgrestError }>,
): Promise<Data> {
	const { data, error } = await call;
	if (error) throw new RefusedError(error);
	return data;
}
