type Box = { left: number; right: number; top: number; bottom: number };
type Point = { x: number; y: number };

/** So many points are enough for a line of a few hundred pixels. */
const most = 160;

/** The points of a curve that begins at the left edge of the box and ends at the right one. Its bottom is 0, and no value is less. */
export function placeCurve(values: number[], { left, right, top, bottom }: Box): Point[] {
	const shown = thinOut(values.filter(Number.isFinite));
	const highest = Math.max(...shown, Number.MIN_VALUE);
	const step = (right - left) / Math.max(1, shown.length - 1);
	const points = shown.map((value, index) => ({
		x: left + index * step,
		y: bottom - (value / highest) * (bottom - top),
	}));
	const [only] = points;
	return points.length === 1 && only ? [only, { ...only, x: right }] : points;
}

export function toPath(points: Point[]): string {
	return points
		.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
		.join('');
}

/** Every so-manieth value, and always the first and the last. */
function thinOut(values: number[]): number[] {
	if (values.length <= most) return values;
	const step = (values.length - 1) / (most - 1);
	return Array.from({ length: most }, (_, index) => values[Math.round(index * step)] ?? 0);
}
