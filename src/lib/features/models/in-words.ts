import { AppError } from '../../errors.ts';

/** Says what to do about a refusal of the database, by its code, in the words of what was tried. */
export async function inWords<Answer>(
	asked: Promise<Answer>,
	words: Partial<Record<string, string>>,
): Promise<Answer> {
	try {
		return await asked;
	} catch (problem) {
		if (!(problem instanceof AppError)) throw problem;
		const { code, status, message, upstream } = problem;
		throw new AppError(code, status, words[code] ?? message, upstream);
	}
}
