import type { Font } from './font.ts';

const words = new Intl.Segmenter('en', { granularity: 'word' });
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const segmentsOf = (segmenter: Intl.Segmenter, text: string) =>
	Array.from(segmenter.segment(text), ({ segment }) => segment);

/** Whoever opens the SVG may have another font than ours, and a wider one. */
const spare = 1.08;
const fullWidth =
	/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u;

/** How wide a line is, in parts of the font's size. Letters that the font lacks are taken for as wide as they mostly are. */
export function widthOf(text: string, font: Font): number {
	let width = 0;
	for (const letter of text) {
		if (/\p{M}|\p{Cf}/u.test(letter)) continue;
		width += font.advance(letter.codePointAt(0) ?? 0) ?? (fullWidth.test(letter) ? 1 : 0.65);
	}
	return width * spare;
}

type Size = { size: number; lines: number };

/**
 * A text in the first of the sizes at which it needs no more than so many lines; in the last one it is cut, and ends
 * in "…".
 */
export function fit(
	text: string,
	font: Font,
	width: number,
	sizes: [Size, ...Size[]],
): { size: number; lines: string[] } {
	const tidy = text.replace(/\s+/gu, ' ').trim();
	for (const { size, lines: most } of sizes) {
		const lines = wrap(tidy, font, width / size);
		if (lines.length <= most) return { size, lines };
	}
	const { size, lines: most } = sizes.at(-1) ?? sizes[0];
	const kept = wrap(tidy, font, width / size).slice(0, most);
	const last = kept.pop() ?? '';
	return { size, lines: [...kept, cut(last, font, width / size)] };
}

/** Breaks between words, and inside a word only when it is longer than a line. */
function wrap(text: string, font: Font, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	const fits = (more: string) => widthOf((line + more).trimEnd(), font) <= width;
	const next = () => {
		if (line.trim()) lines.push(line.trim());
		line = '';
	};
	for (const word of segmentsOf(words, text)) {
		if (!fits(word)) next();
		if (fits(word)) line += word;
		else
			for (const character of segmentsOf(characters, word)) {
				if (!fits(character)) next();
				line += character;
			}
	}
	next();
	return lines;
}

function cut(line: string, font: Font, width: number): string {
	const kept = segmentsOf(characters, line);
	while (kept.length > 0 && widthOf(`${kept.join('').trimEnd()}…`, font) > width) kept.pop();
	return `${kept.join('').trimEnd()}…`;
}
