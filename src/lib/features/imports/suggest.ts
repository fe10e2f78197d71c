import {
	fieldNamed,
	fields,
	plain,
	type DecimalMark,
	type FieldKey,
	type Mapping,
} from './fields.ts';

/** How a column's values look where its name says nothing; of several the first that fits. */
const looks: [FieldKey, (values: string[]) => boolean][] = [
	['quantity', (values) => values.every((value) => /^\d{1,9}$/.test(value))],
	['price', (values) => values.every((value) => /^\d[\d .,'\u00a0]*[.,]\d{1,2}$/.test(value))],
	['sku', (values) => unique(values) && values.every((value) => /^\S{1,40}$/.test(value))],
	[
		'name',
		(values) => values.filter((value) => /\p{L}{2}/u.test(value)).length > values.length / 2,
	],
];

/** Which column is which field: by its name, by a part of its name, or by what is in it. */
export function suggestMapping(header: string[], sample: string[][]): Mapping {
	const mapping: Mapping = {};
	const taken = new Set<number>();
	const take = (field: FieldKey, column: number) => {
		if (mapping[field] !== undefined || taken.has(column)) return;
		mapping[field] = column;
		taken.add(column);
	};
	// The field's own name before any other one: where there is a "name" and a "title".
	for (const [column, name] of header.entries()) {
		const own = fields.find(({ key }) => key === plain(name));
		if (own) take(own.key, column);
	}
	for (const [column, name] of header.entries()) {
		const field = fieldNamed(name);
		if (field) take(field, column);
	}
	for (const [column, name] of header.entries()) {
		const part = name.split(/[^\p{L}\p{N}]+/u).map(fieldNamed);
		for (const field of part) if (field) take(field, column);
	}
	for (const [field, fits] of looks) {
		for (const column of header.keys()) {
			const values = valuesOf(sample, column);
			if (values.length > 0 && !taken.has(column) && fits(values)) take(field, column);
		}
	}
	return mapping;
}

/** How decimals are written, by the last mark of what can only be an amount. */
export function suggestDecimalMark(
	sample: string[][],
	column: number | undefined,
	delimiter: string,
): DecimalMark {
	const votes = valuesOf(sample, column ?? -1).flatMap((value) => {
		const mark = /([.,])\d{1,2}$/.exec(value)?.[1];
		return mark === '.' || mark === ',' ? [mark] : [];
	});
	const commas = votes.filter((mark) => mark === ',').length;
	if (votes.length === 0) return delimiter === ';' ? ',' : '.';
	return commas * 2 > votes.length ? ',' : '.';
}

function valuesOf(sample: string[][], column: number): string[] {
	return sample.map((fields) => (fields[column] ?? '').trim()).filter((value) => value !== '');
}

function unique(values: string[]): boolean {
	return new Set(values).size === values.length;
}
