const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first letters of the first and the last word of a name. */
export function initialsOf(name: string): string {
	const words = name.split(/\s+/).filter(Boolean);
	const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
	return ends.map((word = '') => firstOf(word).toLocaleUpperCase('en')).join('');
}

/** As a person sees it: a letter with its accents, a whole emoji. */
function firstOf(word: string): string {
	return characters.segment(word)[Symbol.iterator]().next().value?.segment ?? '';
}
