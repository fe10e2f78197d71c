import { readCsv } from './csv.ts';
import { limits, readHeader } from './dataset.ts';
import { createInputLearner, encode, type Input } from './encoding.ts';
import { unusable } from './unusable.ts';

/** A dataset as a model reads it: a number a cell, and the class of each row. */
export type Table = {
	rows: number;
	inputs: Input[];
	/** Row by row; one number for each input. */
	cells: Float32Array;
	classes: string[];
	labels: Uint8Array;
};

/**
 * Reads a file twice, once for what is usual in its columns and once for its cells, and keeps four bytes a cell. Lines
 * that do not say what is to be predicted are passed over.
 */
export async function readTable(content: string, target: string): Promise<Table> {
	const { names, inputs, classes, rows } = await learnColumns(content, target);
	const at = names.indexOf(target);
	const cells = new Float32Array(rows * inputs.length);
	const labels = new Uint8Array(rows);
	const places = names.map((_, index) => index).filter((index) => index !== at);
	const records = readCsv(chunksOf(content));
	await records.next();
	let row = 0;
	for await (const { fields } of records) {
		const label = classes.indexOf(fields[at] ?? '');
		if (label < 0) continue;
		labels[row] = label;
		for (const [column, input] of inputs.entries()) {
			cells[row * inputs.length + column] = encode(input, fields[places[column] ?? 0] ?? '');
		}
		row += 1;
	}
	return { rows, inputs, cells, classes, labels };
}

async function learnColumns(content: string, target: string) {
	const records = readCsv(chunksOf(content));
	const names = await readHeader(records);
	const at = names.indexOf(target);
	if (at < 0) throw unusable(`The dataset has no column “${target}”.`);
	const learners = names.map(createInputLearner);
	const classes = new Set<string>();
	let rows = 0;
	for await (const { line, fields } of records) {
		const label = fields[at] ?? '';
		if (label === '') continue;
		classes.add(label);
		if (classes.size > limits.classes) {
			throw unusable(
				`Line ${line} has the ${limits.classes + 1}st value of “${target}”. At most ${limits.classes} can be told apart.`,
			);
		}
		rows += 1;
		if (rows > limits.rows) throw unusable(`Line ${line} is one too many.`);
		for (const [index, learner] of learners.entries()) learner.add(fields[index] ?? '');
	}
	if (rows < limits.leastRows) {
		throw unusable(
			`Only ${rows} lines say what “${target}” is. It takes at least ${limits.leastRows}.`,
		);
	}
	if (classes.size < 2) {
		throw unusable(`“${target}” is the same on every line: there is nothing to predict.`);
	}
	const inputs = learners.filter((_, index) => index !== at).map((learner) => learner.finish());
	return { names, inputs, classes: [...classes].sort(), rows };
}

/** A text as the bytes of a file, a piece at a time. */
export function* chunksOf(content: string): Generator<Uint8Array, void> {
	const encoder = new TextEncoder();
	const size = 65_536;
	for (let start = 0; start < content.length;) {
		let end = Math.min(content.length, start + size);
		// Not between the halves of one character.
		if (/[\ud800-\udbff]/.test(content.charAt(end - 1)) && end < content.length) end += 1;
		yield encoder.encode(content.slice(start, end));
		start = end;
	}
}
