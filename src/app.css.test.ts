import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./app.css', import.meta.url), 'utf8');

type Colours = Record<string, [number, number, number]>;

/** The colours of a theme block, as linear red, green and blue. */
function coloursOf(theme: string): Colours {
	const block = new RegExp(`name: '${theme}';([^}]*)}`).exec(css)?.[1] ?? '';
	const found = block.matchAll(/--color-([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/g);
	return Object.fromEntries(
		Array.from(found, ([, name, l, c, h]) => [
			name,
			toLinear(Number(l) / 100, Number(c), Number(h)),
		]),
	);
}

/** OKLCH to linear sRGB, by the matrices of CSS Color 4. */
function toLinear(lightness: number, chroma: number, hue: number): [number, number, number] {
	const a = chroma * Math.cos((hue * Math.PI) / 180);
	const b = chroma * Math.sin((hue * Math.PI) / 180);
	const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
	const clamp = (value: number) => Math.min(1, Math.max(0, value));
	return [
		clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
		clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
		clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
	];
}

function contrast(colours: Colours, one: string, other: string): number {
	const [darker = 0, lighter = 0] = [one, other]
		.map((name) => {
			const [red, green, blue] = colours[name] ?? [NaN, NaN, NaN];
			return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
		})
		.sort((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

describe.each(['light', 'dark'])('the %s theme', (theme) => {
	const colours = coloursOf(theme);
	const filled = [
		'primary',
		'secondary',
		'accent',
		'neutral',
		'info',
		'success',
		'warning',
		'error',
	];
	const text = ['base-content', 'primary', 'secondary', 'info', 'success', 'warning', 'error'];

	it.each(filled)('can be read on %s', (name) => {
		expect(contrast(colours, name, `${name}-content`)).toBeGreaterThanOrEqual(4.5);
	});

	it.each(text)('can be read where text is %s', (name) => {
		expect(contrast(colours, name, 'base-100')).toBeGreaterThanOrEqual(4.5);
		expect(contrast(colours, name, 'base-200')).toBeGreaterThanOrEqual(4.5);
	});
});
