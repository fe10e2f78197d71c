import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Card } from './card.schema.ts';
import { describeCard, drawCard } from './card.ts';
import { theme, toHex } from './colours.ts';
import { keepDrawable } from './drawable.ts';
import { fit, widthOf } from './fit.ts';
import { joinFonts, readFont } from './font.ts';
import { placeCurve } from './curve.ts';
import { escapeXml } from './xml.ts';

const { resolve } = createRequire(import.meta.url);
const fontFile = readFileSync(
	resolve('@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf'),
);
const font = readFont(fontFile);
const time = '2026-11-21T10:00:00+00:00';
const model: Card = {
	kind: 'model',
	name: 'Iris sorter',
	predicts: 'species',
	accuracy: 0.9733,
	loss: [1.1, 0.6, 0.3, 0.2],
	rounds: 4,
	by: 'Ada Lovelace',
	trained: time,
};
const profile: Card = { kind: 'profile', name: 'Ada Lovelace', hue: 200, since: time };
const anyText = fc.string({ unit: 'binary', maxLength: 200 });

/** The elements of a drawing, without what is written in them. */
const tagsOf = (svg: string) => svg.match(/<[^>]*>/g) ?? [];
const namesOf = (svg: string) => tagsOf(svg).map((tag) => /^<\/?[\w]+/.exec(tag)?.[0]);

describe('text in a card', () => {
	it('can be nothing but text, whatever it is', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					anyText,
					fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", ';', 'a', '\0', '\u{d800}') }),
				),
				(text) => {
					const escaped = escapeXml(text);
					expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|apos);)/);
					// Exactly what XML 1.0 calls a character.
					expect(escaped).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
				},
			),
		);
	});

	it('says what was written', () => {
		expect(escapeXml(`Tom & "Jerry" <b>it's</b>`)).toBe(
			'Tom &amp; &quot;Jerry&quot; &lt;b&gt;it&apos;s&lt;/b&gt;',
		);
	});

	it('turns no letters around that follow it', () => {
		expect(escapeXml('a\u202Eb\u2066c')).toBe('abc');
	});

	it('adds no element, whoever named the model', () => {
		fc.assert(
			fc.property(anyText, anyText, anyText, (name, predicts, by) => {
				const svg = drawCard({ ...model, name, predicts, by }, font);
				expect(new Set(namesOf(svg))).toEqual(
					new Set([
						'<svg',
						'<title',
						'</title',
						'<rect',
						'<g',
						'</g',
						'<path',
						'<text',
						'</text',
						'</svg',
					]),
				);
				expect(svg).not.toMatch(/<[^>]*\s(href|style|class|on\w+)=/);
			}),
			{ numRuns: 50 },
		);
	});
});

describe('a card', () => {
	it('of a model says its name, what it predicts, how well, when and whose it is', () => {
		const svg = drawCard(model, font);
		for (const text of [
			'Iris sorter',
			'Predicts species',
			'97.3 %',
			'4 rounds',
			'Trained 21 November 2026',
			'by Ada Lovelace',
		]) {
			expect(svg).toContain(`>${text}</text>`);
		}
		expect(describeCard(model)).toBe('Iris sorter: predicts species, accuracy 97.3 %');
	});

	it('of a person says the name, the initials and since when', () => {
		const svg = drawCard(profile, font);
		for (const text of ['Ada', 'Lovelace', 'AL', 'At Gatehouse since 21 November 2026']) {
			expect(svg).toContain(`>${text}</text>`);
		}
	});

	it('of a training without a curve is drawn all the same', () => {
		expect(drawCard({ ...model, loss: [], rounds: 1 }, font)).toContain('>1 round</text>');
	});

	it('has the colours of the day theme', () => {
		const css = readFileSync(new URL('../../../app.css', import.meta.url), 'utf8');
		const [light = ''] = css.split("name: 'dark'");
		for (const [name, [lightness, chroma, hue]] of Object.entries(theme)) {
			expect(light).toContain(`--color-${name}: oklch(${lightness}% ${chroma} ${hue})`);
		}
		expect(toHex([100, 0, 0])).toBe('#ffffff');
		expect(toHex([0, 0, 0])).toBe('#000000');
	});
});

describe('a name of any length', () => {
	const sizes: Parameters<typeof fit>[3] = [
		{ size: 84, lines: 2 },
		{ size: 44, lines: 3 },
	];

	it('is as large as it can be', () => {
		expect(fit('Iris', font, 556, sizes)).toEqual({ size: 84, lines: ['Iris'] });
	});

	it('stays within its lines and its width', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const { size, lines } = fit(text, font, 556, sizes);
				expect(lines.length).toBeLessThanOrEqual(3);
				for (const line of lines) expect(widthOf(line, font) * size).toBeLessThanOrEqual(556);
			}),
		);
	});

	it('breaks inside a word that is longer than a line, and ends in an ellipsis when there is too much', () => {
		const { lines } = fit('Donaudampfschifffahrt'.repeat(6), font, 556, sizes);
		expect(lines).toHaveLength(3);
		expect(lines.at(-1)).toMatch(/…$/);
	});

	it('never breaks inside what people see as one character', () => {
		const family = '👩‍👩‍👧';
		for (const line of fit(family.repeat(60), font, 556, sizes).lines) {
			expect(line.replace(/…$/, '').replaceAll(family, '')).toBe('');
		}
	});
});

describe('a font', () => {
	it('without the table of all Unicode is read by its smaller one', () => {
		const file = Buffer.from(fontFile);
		const cmap = file.readUInt32BE(file.indexOf('cmap') + 8);
		for (let entry = cmap + 4; entry < cmap + 4 + 8 * file.readUInt16BE(cmap + 2); entry += 8) {
			const table = cmap + file.readUInt32BE(entry + 4);
			if (file.readUInt16BE(table) === 12) file.writeUInt16BE(99, table);
		}
		const smaller = readFont(file);
		for (const letter of 'AzŁéЖΩễ…%') {
			const code = letter.codePointAt(0) ?? 0;
			expect(smaller.advance(code), letter).toBe(font.advance(code));
			expect(smaller.advance(code), letter).toBeGreaterThan(0);
		}
		expect(smaller.advance(0x674e)).toBeUndefined();
	});

	it('that is none says so', () => {
		expect(() => readFont(new Uint8Array(64))).toThrow('no table');
	});
});

describe('letters that the picture has no font for', () => {
	it('are left out of it', () => {
		const { card, complete } = keepDrawable({ ...profile, name: 'Ada 李 🚀 Ł' }, font);
		expect(card.name.replace(/\s+/g, ' ')).toBe('Ada Ł');
		expect(complete).toBe(false);
	});

	it('are drawn when another font has them', () => {
		const han = { advance: (letter: number) => (letter === '李'.codePointAt(0) ? 1 : undefined) };
		const name = 'Ada 李';
		expect(keepDrawable({ ...profile, name }, joinFonts([font, han])).complete).toBe(true);
		expect(widthOf('李', joinFonts([font, han]))).toBe(widthOf('李', han));
		expect(widthOf('A', joinFonts([font, han]))).toBe(widthOf('A', font));
	});

	it('leave a card that can be drawn, if there are no others', () => {
		const { card, complete } = keepDrawable({ ...profile, name: '李小龙' }, font);
		expect(complete).toBe(false);
		expect(drawCard(card, font)).toContain('>A profile</text>');
		const none = keepDrawable({ ...model, name: 'محمد', predicts: '种类', by: 'שלום' }, font).card;
		expect(drawCard(none, font)).toContain('>A model</text>');
		expect(drawCard(none, font)).not.toMatch(/Predicts|>by/);
	});

	it.each(['Łukasz Żółć', 'Nguyễn Thị Ánh', 'Ελένη', 'Жанна Ђоковић', 'é ñ ü'])(
		'are none of those in %s',
		(name) => {
			expect(keepDrawable({ ...profile, name }, font)).toEqual({
				card: { ...profile, name },
				complete: true,
			});
		},
	);
});

describe('a curve', () => {
	const box = { left: 0, right: 100, top: 0, bottom: 50 };

	it('begins at one edge, ends at the other and stays in its box', () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0 }), { maxLength: 500 }), (values) => {
				const points = placeCurve(values, box);
				const finite = values.filter(Number.isFinite).length;
				expect(points.length > 0).toBe(finite > 0);
				expect(points.length).toBeLessThanOrEqual(160);
				if (finite === 0) return;
				expect(points[0]?.x).toBe(0);
				expect(points.at(-1)?.x).toBeCloseTo(100);
				for (const { y } of points) {
					expect(y).toBeGreaterThanOrEqual(-0.001);
					expect(y).toBeLessThanOrEqual(50.001);
				}
			}),
		);
	});

	it('falls when the loss does', () => {
		expect(placeCurve([2, 1, 0], box)).toEqual([
			{ x: 0, y: 0 },
			{ x: 50, y: 25 },
			{ x: 100, y: 50 },
		]);
	});
});
