import { AppError } from '../../errors.ts';

/** Why a file cannot be used, in a sentence for the person who gave it. */
export function unusable(reason: string): AppError {
	return new AppError('dataset_unusable', 400, reason);
}
