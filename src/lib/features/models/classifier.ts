import * as v from 'valibot';
import { encode, inputs } from './encoding.ts';
import { createNetwork, createWeights } from './network.ts';
import type { Point } from './points.ts';
import { createBell, createRandom, shuffle } from './random.ts';
import type { Table } from './table.ts';

/** What was learned: all that it takes to predict, as JSON. */
export const trainedModel = v.object({
	version: v.literal(1),
	target: v.string(),
	classes: v.array(v.string()),
	inputs,
	/** From the inputs to the hidden units, place by place; then their thresholds. */
	first: v.array(v.number()),
	firstBias: v.array(v.number()),
	second: v.array(v.number()),
	secondBias: v.array(v.number()),
});
export type TrainedModel = v.InferOutput<typeof trainedModel>;

export type Prediction = { value: string; probability: number };

const hidden = 24;
/** Rows between two breaths: about a millisecond. */
const breath = 200;

/**
 * Teaches a network of one hidden layer, row by row. A generator, so that whoever runs it decides when: it comes up for
 * air every few rows, yields a point after each epoch, and returns the model. The same table, seed and number of epochs
 * give the same model. A fifth of the rows is kept aside, to be asked about and never learned from.
 */
export function* train(
	table: Table,
	{ target, seed, epochs }: { target: string; seed: number; epochs: number },
): Generator<Point | undefined, TrainedModel> {
	const random = createRandom(seed);
	const order = Uint32Array.from({ length: table.rows }, (_, row) => row);
	shuffle(order, random);
	const kept = Math.max(1, Math.floor(table.rows / 5));
	const validation = order.subarray(0, kept);
	const training = order.subarray(kept);
	const size = { hidden, classes: table.classes.length };
	const weights = createWeights(table.inputs, size, createBell(random));
	const network = createNetwork(table.inputs, weights);
	const ask = (row: number, step: number) => {
		const from = row * table.inputs.length;
		const label = table.labels[row] ?? 0;
		const chances = network.answer(table.cells, from);
		const chance = chances[label] ?? 0;
		const right = chances.every((other) => other <= chance);
		if (step > 0) network.learn(table.cells, from, label, step);
		return { loss: -Math.log(Math.max(chance, 1e-12)), right };
	};

	// Few rows take large steps to get anywhere, many rows small ones to get anywhere in particular.
	const firstStep = Math.max(0.0001, Math.min(0.02, 6 / training.length));

	for (let epoch = 1; epoch <= epochs; epoch += 1) {
		shuffle(training, random);
		const step = firstStep / (1 + (4 * epoch) / epochs);
		const learned = yield* walk(training, (row) => ask(row, step));
		const asked = yield* walk(validation, (row) => ask(row, 0));
		yield {
			epoch,
			loss: rounded(learned.loss),
			accuracy: rounded(learned.accuracy),
			validationLoss: rounded(asked.loss),
			validationAccuracy: rounded(asked.accuracy),
		};
	}
	return {
		version: 1,
		target,
		classes: table.classes,
		inputs: table.inputs,
		first: Array.from(weights.first, rounded),
		firstBias: Array.from(weights.firstBias, rounded),
		second: Array.from(weights.second, rounded),
		secondBias: Array.from(weights.secondBias, rounded),
	};
}

/** What the model makes of a row, the likeliest first. A cell that is not given counts as unknown. */
export function predict(model: TrainedModel, row: Partial<Record<string, string>>): Prediction[] {
	const { answer } = createNetwork(model.inputs, {
		first: Float64Array.from(model.first),
		firstBias: Float64Array.from(model.firstBias),
		second: Float64Array.from(model.second),
		secondBias: Float64Array.from(model.secondBias),
	});
	const cells = Float32Array.from(model.inputs, (each) => encode(each, row[each.name] ?? ''));
	const chances = answer(cells, 0);
	return model.classes
		.map((value, index) => ({ value, probability: chances[index] ?? 0 }))
		.sort((a, b) => b.probability - a.probability);
}

function* walk(
	rows: Uint32Array,
	ask: (row: number) => { loss: number; right: boolean },
): Generator<undefined, { loss: number; accuracy: number }> {
	let loss = 0;
	let right = 0;
	for (const [index, row] of rows.entries()) {
		const answer = ask(row);
		loss += answer.loss;
		if (answer.right) right += 1;
		if (index % breath === breath - 1) yield;
	}
	return { loss: loss / rows.length, accuracy: right / rows.length };
}

/** Six digits are more than the data knows, and half as long in the database. */
function rounded(value: number): number {
	return Number(value.toPrecision(6));
}
