import { readCsv, type CsvRecord } from './csv.ts';
import { unusable } from './unusable.ts';

/** What a column of a dataset holds. */
export type Column = {
	name: string;
	kind: 'number' | 'text';
	/** How many values differ; counted up to `countedValues`. */
	distinct: number;
	/** The texts, where they are few: what can be chosen from. */
	values: string[] | null;
};

export type Dataset = { columns: Column[]; rows: number };

export const limits = {
	bytes: 8_000_000,
	rows: 100_000,
	/** Fewer say nothing about what was not seen. */
	leastRows: 20,
	columns: 50,
	columnName: 200,
	/** More kinds than that are no kinds any more. */
	classes: 20,
};

/** Values are listed while they are this few, each of them short. */
const listedValues = 30;
const listedLength = 60;
const countedValues = 1000;

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** What a cell says as a number, or null. */
export function toNumber(cell: string): number | null {
	if (!decimal.test(cell)) return null;
	const number = Number(cell);
	return Number.isFinite(number) ? number : null;
}

/** Reads a file through and says what is in it, or throws the reason why nothing can be learned from it. */
export async function describeDataset(chunks: Iterable<Uint8Array>): Promise<Dataset> {
	const records = readCsv(chunks);
	const header = await readHeader(records);
	const seen = header.map(() => ({ numeric: true, values: new Map<string, number>() }));
	let rows = 0;
	for await (const { line, fields } of records) {
		rows += 1;
		if (rows > limits.rows) {
			throw unusable(`Line ${line} is one too many: a file may have 100,000 lines of data.`);
		}
		for (const [index, column] of seen.entries()) {
			const value = fields[index] ?? '';
			if (value === '') continue;
			column.numeric &&= toNumber(value) !== null;
			if (column.values.size < countedValues || column.values.has(value)) {
				column.values.set(value, (column.values.get(value) ?? 0) + 1);
			}
		}
	}
	if (rows < limits.leastRows) {
		throw unusable(
			`The file has ${rows} ${rows === 1 ? 'line' : 'lines'} of data. It takes at least ${limits.leastRows} to learn something.`,
		);
	}
	const columns = header.map((name, index): Column => {
		const { numeric = false, values = new Map<string, number>() } = seen[index] ?? {};
		const list = [...values.keys()].sort();
		const kind = numeric && list.length > 0 ? 'number' : 'text';
		const listed =
			kind === 'text' &&
			list.length <= listedValues &&
			list.every((value) => value.length <= listedLength);
		return { name, kind, distinct: list.length, values: listed ? list : null };
	});
	return { columns, rows };
}

export async function readHeader(records: AsyncGenerator<CsvRecord, void>): Promise<string[]> {
	const first = await records.next();
	if (first.done) throw unusable('The file is empty.');
	const { line, fields } = first.value;
	if (fields.length < 2) {
		throw unusable(
			`Line ${line} has one column. There must be one to predict, and at least one to predict it from.`,
		);
	}
	if (fields.length > limits.columns) {
		throw unusable(
			`Line ${line} has ${fields.length} columns. At most ${limits.columns} can be used.`,
		);
	}
	if (fields.every((name) => toNumber(name) !== null)) {
		throw unusable(`Line ${line} has no names of columns, only numbers. Add a header.`);
	}
	const taken = new Set<string>();
	for (const [index, name] of fields.entries()) {
		if (name === '') throw unusable(`Line ${line}: column ${index + 1} has no name.`);
		if (name.length > limits.columnName) {
			throw unusable(`Line ${line}: the name of column ${index + 1} is too long.`);
		}
		if (taken.has(name)) throw unusable(`Line ${line} has the column “${name}” twice.`);
		taken.add(name);
	}
	return fields;
}

/** Why this column cannot be predicted; null when it can. */
export function faultOfTarget(columns: Column[], target: string): string | null {
	const column = columns.find(({ name }) => name === target);
	if (!column) {
		return `There is no column “${target}”. There are: ${columns.map(({ name }) => name).join(', ')}.`;
	}
	if (column.distinct < 2) {
		return `“${target}” has ${column.distinct === 0 ? 'no values' : 'the same value on every line'}: there is nothing to predict.`;
	}
	if (column.distinct > limits.classes) {
		return `“${target}” has more than ${limits.classes} different values. Choose a column that says which kind a line is of.`;
	}
	return null;
}

/** The columns that can be predicted. */
export function listTargets(columns: Column[]): string[] {
	return columns.map(({ name }) => name).filter((name) => faultOfTarget(columns, name) === null);
}
