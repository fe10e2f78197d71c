import * as v from 'valibot';
import { toNumber } from './dataset.ts';

/** How a column becomes what a model reads: an amount in its usual measure, or which of the values it is. */
const input = v.variant('kind', [
	v.object({
		kind: v.literal('number'),
		name: v.string(),
		mean: v.number(),
		deviation: v.number(),
	}),
	v.object({ kind: v.literal('text'), name: v.string(), values: v.array(v.string()) }),
]);
export const inputs = v.array(input);
export type Input = v.InferOutput<typeof input>;

/** Values of a column beyond these are all the same to a model: unknown. */
export const keptValues = 30;

/** An amount this far from the usual is as far as it gets, or one wrong cell would lead everything astray. */
const farthest = 8;

/** What a text column has where its value is none that the model knows. */
export const unknown = -1;

export function encode(column: Input, cell: string): number {
	if (column.kind === 'text') return column.values.indexOf(cell);
	const number = toNumber(cell);
	// What is missing is as usual.
	if (number === null) return 0;
	return Math.max(-farthest, Math.min(farthest, (number - column.mean) / column.deviation));
}

/** Learns from the cells of a column how to encode it, in one go and little memory. */
export function createInputLearner(name: string) {
	const values = new Map<string, number>();
	let numeric = true;
	let count = 0;
	let mean = 0;
	let squares = 0;
	return {
		add(cell: string): void {
			if (values.size < 1000 || values.has(cell)) values.set(cell, (values.get(cell) ?? 0) + 1);
			if (cell === '' || !numeric) return;
			const number = toNumber(cell);
			if (number === null) {
				numeric = false;
				return;
			}
			// Welford's way: no sum grows so large that small differences are lost.
			count += 1;
			const away = number - mean;
			mean += away / count;
			squares += away * (number - mean);
		},
		finish(): Input {
			if (numeric && count > 0) {
				const deviation = Math.sqrt(squares / count);
				return { kind: 'number', name, mean, deviation: deviation > 0 ? deviation : 1 };
			}
			const kept = [...values].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
			return { kind: 'text', name, values: kept.slice(0, keptValues).map(([value]) => value) };
		},
	};
}
