import type { PostgrestSingleResponse } from '@supabase/supabase-js';
import { fromPostgrest } from '../errors.ts';

/** What the database answered to a call; throws the AppError for why it did not. */
export async function answerOf<Data>(
	call: PromiseLike<PostgrestSingleResponse<Data>>,
): Promise<Data> {
	const { data, error, status } = await call;
	if (error) throw fromPostgrest(error, status);
	return data;
}
