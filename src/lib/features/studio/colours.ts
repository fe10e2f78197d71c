/** The day's colours of src/app.css, for a picture that knows no stylesheet. */
export const theme = {
	'base-100': [98.6, 0.007, 85],
	'base-200': [96.2, 0.011, 85],
	'base-300': [90.5, 0.016, 85],
	'base-content': [26, 0.025, 235],
	primary: [38, 0.06, 200],
	accent: [79, 0.145, 75],
} as const;

export type Oklch = readonly [lightness: number, chroma: number, hue: number];

export const colours = {
	page: toHex(theme['base-100']),
	panel: toHex(theme['base-200']),
	line: toHex(theme['base-300']),
	ink: toHex(theme['base-content']),
	/** The ink that may step back, as `text-muted` has it: 4.5:1 on the page. */
	muted: '#58626a',
	iron: toHex(theme.primary),
	lamp: toHex(theme.accent),
};

/** By the matrices of CSS Color 4. Not every program that shows an SVG knows oklch(). */
export function toHex([percent, chroma, hue]: Oklch): string {
	const lightness = percent / 100;
	const a = chroma * Math.cos((hue * Math.PI) / 180);
	const b = chroma * Math.sin((hue * Math.PI) / 180);
	const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
	const channels = [
		4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
		-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
		-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
	];
	return `#${channels.map((channel) => toByte(channel).toString(16).padStart(2, '0')).join('')}`;
}

function toByte(linear: number): number {
	const clamped = Math.min(1, Math.max(0, linear));
	const curved = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055;
	return Math.round(curved * 255);
}
