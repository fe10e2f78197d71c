import { unknown, type Input } from './encoding.ts';

/** The weights of a network: inputs, hidden units, classes. */
export type Weights = {
	first: Float64Array;
	firstBias: Float64Array;
	second: Float64Array;
	secondBias: Float64Array;
};

export type Network = ReturnType<typeof createNetwork>;

/** The place of each input among the first weights: an amount takes one place, a text one for each of its values. */
function placesOf(inputs: Input[]): { starts: Uint32Array; width: number } {
	const starts = new Uint32Array(inputs.length);
	let width = 0;
	for (const [index, input] of inputs.entries()) {
		starts[index] = width;
		width += input.kind === 'number' ? 1 : input.values.length;
	}
	return { starts, width };
}

export function createWeights(
	inputs: Input[],
	{ hidden, classes }: { hidden: number; classes: number },
	chance: () => number,
): Weights {
	const { width } = placesOf(inputs);
	const filled = (length: number, scale: number) =>
		Float64Array.from({ length }, () => chance() * scale);
	return {
		first: filled(width * hidden, 1 / Math.sqrt(inputs.length)),
		firstBias: new Float64Array(hidden),
		second: filled(hidden * classes, 1 / Math.sqrt(hidden)),
		secondBias: new Float64Array(classes),
	};
}

/**
 * A network of one hidden layer over rows of encoded cells. A text is a switch, not a row of zeros and a one: only the
 * weights of its value are looked at, so that many values cost no time.
 */
export function createNetwork(inputs: Input[], weights: Weights) {
	const { first, firstBias, second, secondBias } = weights;
	const { starts } = placesOf(inputs);
	const isNumber = inputs.map(({ kind }) => kind === 'number');
	const width = inputs.length;
	const hidden = firstBias.length;
	const classes = secondBias.length;
	const units = new Float64Array(hidden);
	const chances = new Float64Array(classes);
	const blame = new Float64Array(hidden);

	/** The chance of each class for the row that begins there. The answer is overwritten by the next. */
	function answer(cells: Float32Array, from: number): Float64Array {
		units.set(firstBias);
		for (let input = 0; input < width; input += 1) {
			const cell = cells[from + input] ?? 0;
			if (!isNumber[input] && cell === unknown) continue;
			const place = ((starts[input] ?? 0) + (isNumber[input] ? 0 : cell)) * hidden;
			const value = isNumber[input] ? cell : 1;
			for (let unit = 0; unit < hidden; unit += 1) {
				units[unit] = (units[unit] ?? 0) + value * (first[place + unit] ?? 0);
			}
		}
		for (let unit = 0; unit < hidden; unit += 1) units[unit] = Math.tanh(units[unit] ?? 0);

		let most = -Infinity;
		for (let each = 0; each < classes; each += 1) {
			let sum = secondBias[each] ?? 0;
			for (let unit = 0; unit < hidden; unit += 1) {
				sum += (units[unit] ?? 0) * (second[unit * classes + each] ?? 0);
			}
			chances[each] = sum;
			if (sum > most) most = sum;
		}
		let total = 0;
		for (let each = 0; each < classes; each += 1) {
			const weight = Math.exp((chances[each] ?? 0) - most);
			chances[each] = weight;
			total += weight;
		}
		for (let each = 0; each < classes; each += 1) chances[each] = (chances[each] ?? 0) / total;
		return chances;
	}

	/** Moves every weight that had a part in the last answer a step towards the right one. */
	function learn(cells: Float32Array, from: number, label: number, step: number): void {
		blame.fill(0);
		for (let each = 0; each < classes; each += 1) {
			const wrong = (chances[each] ?? 0) - (each === label ? 1 : 0);
			for (let unit = 0; unit < hidden; unit += 1) {
				const place = unit * classes + each;
				const weight = second[place] ?? 0;
				blame[unit] = (blame[unit] ?? 0) + wrong * weight;
				second[place] = weight - step * wrong * (units[unit] ?? 0);
			}
			secondBias[each] = (secondBias[each] ?? 0) - step * wrong;
		}
		for (let unit = 0; unit < hidden; unit += 1) {
			const value = units[unit] ?? 0;
			blame[unit] = (blame[unit] ?? 0) * (1 - value * value) * step;
			firstBias[unit] = (firstBias[unit] ?? 0) - (blame[unit] ?? 0);
		}
		for (let input = 0; input < width; input += 1) {
			const cell = cells[from + input] ?? 0;
			if (!isNumber[input] && cell === unknown) continue;
			const place = ((starts[input] ?? 0) + (isNumber[input] ? 0 : cell)) * hidden;
			const value = isNumber[input] ? cell : 1;
			for (let unit = 0; unit < hidden; unit += 1) {
				first[place + unit] = (first[place + unit] ?? 0) - (blame[unit] ?? 0) * value;
			}
		}
	}

	return { answer, learn };
}
