import type { Card } from './card.schema.ts';
import type { Font } from './font.ts';

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The card without the letters that the picture's font lacks, which would be drawn as boxes. The SVG keeps them: whoever
 * opens it has more fonts than we have.
 */
export function keepDrawable(card: Card, font: Font): { card: Card; complete: boolean } {
	const keep = (text: string) =>
		Array.from(characters.segment(text), ({ segment }) => segment)
			.filter((character) => /^\s+$/u.test(character) || isDrawable(character, font))
			.join('')
			.trim();
	const kept =
		card.kind === 'model'
			? { ...card, name: keep(card.name), predicts: keep(card.predicts), by: keep(card.by) }
			: { ...card, name: keep(card.name) };
	return { card: kept, complete: textOf(kept) === textOf(card) };
}

function isDrawable(character: string, font: Font): boolean {
	return Array.from(character).every(
		(letter) => font.advance(letter.codePointAt(0) ?? 0) !== undefined,
	);
}

function textOf(card: Card): string {
	const texts = card.kind === 'model' ? [card.name, card.predicts, card.by] : [card.name];
	return texts.map((text) => text.trim()).join('\n');
}
