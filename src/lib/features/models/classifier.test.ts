import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { predict, train, trainedModel, type TrainedModel } from './classifier.ts';
import type { Point } from './points.ts';
import { createRandom } from './random.ts';
import { readTable, type Table } from './table.ts';

function run(table: Table, seed = 1, epochs = 20) {
	const points: Point[] = [];
	const training = train(table, { target: 'kind', seed, epochs });
	let step = training.next();
	let breaths = 0;
	while (!step.done) {
		if (step.value) points.push(step.value);
		else breaths += 1;
		step = training.next();
	}
	const model: TrainedModel = step.value;
	return { points, model, breaths };
}

/** A ring around a disc, of two colours: no straight line parts them. */
function writeRing(rows = 600): string {
	const random = createRandom(5);
	const lines = Array.from({ length: rows }, () => {
		const angle = random() * 2 * Math.PI;
		const inside = random() < 0.5;
		const far = inside ? random() : 2 + random();
		const light = random() < 0.5 ? 'day' : 'night';
		return `${(far * Math.cos(angle)).toFixed(3)},${(far * Math.sin(angle)).toFixed(3)},${light},${inside ? 'disc' : 'ring'}`;
	});
	return `x,y,light,kind\n${lines.join('\n')}\n`;
}

describe('training', () => {
	test('learns what no straight line can tell apart', async () => {
		const { points, model } = run(await readTable(writeRing(), 'kind'), 1, 60);
		expect(points).toHaveLength(60);
		expect(points.map(({ epoch }) => epoch)).toEqual(points.map((_, index) => index + 1));
		expect(points.at(-1)?.validationAccuracy).toBeGreaterThan(0.95);
		expect(points.at(-1)?.loss).toBeLessThan((points[0]?.loss ?? 0) / 2);
		expect(predict(model, { x: '0.1', y: '0.2', light: 'day' })[0]?.value).toBe('disc');
		expect(predict(model, { x: '2.4', y: '-0.9', light: 'night' })[0]?.value).toBe('ring');
	});

	test('learns from texts', async () => {
		const file = `colour,size,kind\n${'red,1,rose\nblue,1,iris\nwhite,2,lily\n'.repeat(60)}`;
		const { model, points } = run(await readTable(file, 'kind'));
		expect(points.at(-1)?.validationAccuracy).toBe(1);
		expect(predict(model, { colour: 'blue', size: '1' })[0]?.value).toBe('iris');
	});

	test('gives the same model for the same seed, and another for another', async () => {
		const table = await readTable(writeRing(200), 'kind');
		expect(run(table, 7, 5)).toEqual(run(table, 7, 5));
		expect(run(table, 8, 5).model).not.toEqual(run(table, 7, 5).model);
	});

	test('never learns from the fifth that it is asked about', async () => {
		// Labels by chance: what is known by heart is known of the other rows only.
		const random = createRandom(3);
		const file = `a,b,kind\n${Array.from({ length: 300 }, () => `${random()},${random()},${random() < 0.5 ? 'x' : 'y'}`).join('\n')}`;
		const { points } = run(await readTable(file, 'kind'), 1, 200);
		const last = points.at(-1);
		expect(last?.accuracy).toBeGreaterThan((last?.validationAccuracy ?? 1) + 0.05);
	});

	test('comes up for air every 200 rows', async () => {
		const table = await readTable(writeRing(2000), 'kind');
		expect(run(table, 1, 3).breaths).toBe(3 * (8 + 2));
	});
});

describe('a trained model', () => {
	test('answers the same after its way through JSON', async () => {
		const { model } = run(await readTable(writeRing(200), 'kind'), 1, 5);
		const restored = v.parse(trainedModel, JSON.parse(JSON.stringify(model)));
		const row = { x: '1', y: '1', light: 'day' };
		expect(predict(restored, row)).toEqual(predict(model, row));
	});

	test('gives chances that add up to one, whatever it is asked', async () => {
		const { model } = run(await readTable(writeRing(200), 'kind'), 1, 5);
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom('x', 'y', 'light'), fc.string()), (row) => {
				const answers = predict(model, row);
				const sum = answers.reduce((total, { probability }) => total + probability, 0);
				expect(sum).toBeCloseTo(1, 9);
				expect(answers.every(({ probability }) => Number.isFinite(probability))).toBe(true);
			}),
		);
	});

	test('is not led astray by an amount far beyond all others', async () => {
		const { model } = run(await readTable(writeRing(200), 'kind'), 1, 5);
		const [answer] = predict(model, { x: '1e300', y: '-1e300' });
		expect(answer?.probability).toBeGreaterThan(0);
	});
});
