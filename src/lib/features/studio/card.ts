import { initialsOf } from '../../avatar/initials.ts';
import { site } from '../../config.ts';
import type { Card, ModelCard, ProfileCard } from './card.schema.ts';
import { colours, toHex } from './colours.ts';
import { placeCurve, toPath } from './curve.ts';
import { fit } from './fit.ts';
import type { Font } from './font.ts';
import { size } from './size.ts';
import { escapeXml } from './xml.ts';

const left = 72;
const column = 556;
const floor = 558;
/** The sizes to try for a name, and into how many lines it may break at each. */
const titles: Parameters<typeof fit>[3] = [
	{ size: 84, lines: 2 },
	{ size: 72, lines: 2 },
	{ size: 62, lines: 2 },
	{ size: 52, lines: 3 },
	{ size: 44, lines: 3 },
];
const gate = { left: 700, right: 1128, top: 72, middle: 914, radius: 214 };

/** Our fonts by name, then what is nearest to them where somebody opens the SVG. */
const fonts = {
	serif: "'Source Serif 4', 'Iowan Old Style', 'Palatino Linotype', Georgia, serif",
	sans: "'Noto Sans', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
};

/** The card as an SVG that stands for itself: no style, no script, nothing from elsewhere. */
export function drawCard(card: Card, font: Font): string {
	const { width, height } = size;
	const parts = card.kind === 'model' ? [...drawModel(card, font)] : [...drawProfile(card, font)];
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escapeXml(describeCard(card))}</title>`,
		`<rect width="${width}" height="${height}" fill="${colours.page}"/>`,
		drawMark(),
		...parts,
		'</svg>\n',
	].join('\n');
}

/** What the picture says, in words. */
export function describeCard(card: Card): string {
	return card.kind === 'model'
		? `${card.name}: predicts ${card.predicts}, accuracy ${inPercent(card.accuracy)}`
		: `${card.name}, at ${site.name} since ${dayOf(card.since)}`;
}

function drawModel(card: ModelCard, font: Font): string[] {
	const curve = { left: gate.left + 44, right: gate.right - 44, top: 326, bottom: 500 };
	const points = placeCurve(card.loss, curve);
	const end = points.at(-1);
	return [
		...drawWords(card.name || 'A model', card.predicts && `Predicts ${card.predicts}`, font),
		...drawFooter([`Trained ${dayOf(card.trained)}`, ...(card.by ? [`by ${card.by}`] : [])], font),
		drawGate(colours.panel),
		write(inPercent(card.accuracy), gate.middle, 216, 84, { anchor: 'middle' }),
		write('accuracy', gate.middle, 258, 26, {
			font: 'sans',
			fill: colours.muted,
			anchor: 'middle',
		}),
		`<path d="M${curve.left} ${curve.bottom}H${curve.right}" stroke="${colours.line}" stroke-width="2"/>`,
		end
			? `<path d="${toPath(points)}" fill="none" stroke="${colours.iron}" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>${drawLamp(end.x, end.y, 15, colours.panel)}`
			: '',
		write('Loss', curve.left, 534, 22, { font: 'sans', fill: colours.muted }),
		write(countRounds(card.rounds), curve.right, 534, 22, {
			font: 'sans',
			fill: colours.muted,
			anchor: 'end',
		}),
	];
}

function drawProfile(card: ProfileCard, font: Font): string[] {
	const soft = toHex([89, 0.05, card.hue]);
	const initials = fit(initialsOf(card.name), font, 320, [
		{ size: 176, lines: 1 },
		{ size: 120, lines: 1 },
	]);
	return [
		...drawWords(card.name || 'A profile', '', font),
		...drawFooter([`At ${site.name} since ${dayOf(card.since)}`], font),
		drawGate(soft),
		`<path d="M${gate.middle} ${gate.top}v66" stroke="${colours.iron}" stroke-width="6"/>`,
		drawLamp(gate.middle, 172, 40, soft),
		...initials.lines.map((line) =>
			write(line, gate.middle, 436, initials.size, {
				fill: toHex([30, 0.07, card.hue]),
				anchor: 'middle',
			}),
		),
	];
}

/** The name, as large as it can be, and under it what it is about. */
function drawWords(name: string, about: string, font: Font): string[] {
	const title = fit(name, font, column, titles);
	const below = fit(about, font, column, [{ size: 30, lines: 2 }]);
	const leading = title.size * 1.12;
	const height = title.lines.length * leading + below.lines.length * 42;
	const top = 322 - height / 2;
	return [
		...title.lines.map((line, index) =>
			write(line, left, top + title.size * 0.9 + index * leading, title.size),
		),
		...below.lines.map((line, index) =>
			write(line, left, top + title.lines.length * leading + 46 + index * 42, 30, {
				font: 'sans',
				fill: colours.muted,
			}),
		),
	];
}

function drawFooter(texts: string[], font: Font): string[] {
	return texts.map((text, index) => {
		const [line = ''] = fit(text, font, column, [{ size: 24, lines: 1 }]).lines;
		return write(line, left, floor - 34 * (texts.length - 1 - index), 24, {
			font: 'sans',
			fill: colours.muted,
		});
	});
}

/** The gate of the mark, and the ground that it stands on. */
function drawGate(fill: string): string {
	const { left, right, top, radius } = gate;
	return `<path d="M${left} ${floor}V${top + radius}a${radius} ${radius} 0 0 1 ${right - left} 0V${floor}z" fill="${fill}" stroke="${colours.iron}" stroke-width="6"/><path d="M${left - 28} ${floor}H${right + 28}" stroke="${colours.iron}" stroke-width="6"/>`;
}

function drawLamp(x: number, y: number, half: number, ground: string): string {
	const wide = half * 0.66;
	return `<path d="M${(x - wide).toFixed(1)} ${y.toFixed(1)}l${wide.toFixed(1)} -${half}l${wide.toFixed(1)} ${half}l-${wide.toFixed(1)} ${half}z" fill="${colours.lamp}" stroke="${ground}" stroke-width="3"/>`;
}

/** The mark of static/favicon.svg, and the name beside it. */
function drawMark(): string {
	return [
		`<g transform="translate(${left} 66) scale(1.5)" fill="none">`,
		`<path d="M6 29V14a10 10 0 0 1 20 0v15M1 29h30M16 4v6" stroke="${colours.iron}" stroke-width="3"/>`,
		`<path d="M16 9l4.2 5.6L16 21.5l-4.2-6.9z" fill="${colours.lamp}"/></g>`,
		write(site.name, left + 64, 104, 32),
	].join('');
}

type Manner = { font?: keyof typeof fonts; fill?: string; anchor?: 'start' | 'middle' | 'end' };

function write(
	text: string,
	x: number,
	y: number,
	height: number,
	{ font = 'serif', fill = colours.ink, anchor = 'start' }: Manner = {},
): string {
	const weight = font === 'serif' ? ' font-weight="600"' : '';
	return `<text x="${x}" y="${y.toFixed(1)}" font-family="${fonts[font]}" font-size="${height}"${weight} fill="${fill}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

function inPercent(share: number): string {
	return `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
}

function countRounds(rounds: number): string {
	return rounds === 1 ? '1 round' : `${rounds} rounds`;
}

function dayOf(time: string): string {
	return new Date(time).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
}
