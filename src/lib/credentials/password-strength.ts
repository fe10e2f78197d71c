export const strengths = ['Too short', 'Weak', 'Fair', 'Good', 'Strong'] as const;

/** What guesses are made of first: each counts as one character. */
const guessed =
	/pass(word)?|qwert[yz]?|asdf|admin|welcome|letmein|iloveyou|dragon|monkey|(19|20)\d\d/gi;

/**
 * A rough estimate for the one who types, as an index of `strengths`: the size of the alphabet, to the power of those
 * characters that do not just repeat or count on. The server's list has the last word on what is too common.
 */
export function estimateStrength(password: string): number {
	if (new TextEncoder().encode(password).length < 8) return 0;
	const characters = [...password.replaceAll(guessed, '*')];
	const surprising = characters.filter((character, index) => {
		const step = (character.codePointAt(0) ?? 0) - (characters[index - 1]?.codePointAt(0) ?? 0);
		return index === 0 || Math.abs(step) > 1;
	});
	const alphabet =
		(/\p{Ll}/u.test(password) ? 26 : 0) +
		(/\p{Lu}/u.test(password) ? 26 : 0) +
		(/\p{N}/u.test(password) ? 10 : 0) +
		(/[^\p{L}\p{N}]/u.test(password) ? 30 : 0) +
		(/[^\p{ASCII}]/u.test(password) ? 100 : 0);
	const bits = surprising.length * Math.log2(Math.max(2, alphabet));
	return bits < 36 ? 1 : bits < 52 ? 2 : bits < 72 ? 3 : 4;
}
