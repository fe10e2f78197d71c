import * as v from 'valibot';
import { fields, type DecimalMark, type Mapping } from './fields.ts';
import { statuses } from './statuses.ts';

/** The page of a list; anything that is none counts as the first. */
const page = v.fallback(
	v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number), v.minValue(1)),
	1,
);

const historyQuery = v.object({
	status: v.fallback(v.nullable(v.picklist(statuses)), null),
	page,
});

export function parseHistoryQuery(params: URLSearchParams) {
	return v.parse(historyQuery, { status: params.get('status'), page: params.get('page') ?? '' });
}

const column = v.optional(
	v.pipe(
		v.string(),
		v.regex(/^\d{0,3}$/, 'Please choose a column of the file.'),
		v.transform((typed) => (typed === '' ? null : Number(typed))),
	),
	'',
);

/** How a file is to be read: a field for each column to find, '' where the file has none. */
export const reviewSchema = v.object({
	sku: column,
	name: column,
	quantity: column,
	price: column,
	location: column,
	category: column,
	note: column,
	decimal: v.fallback(v.picklist(['.', ',']), '.'),
	known: v.fallback(v.picklist(['update', 'skip']), 'update'),
});

export type Review = { mapping: Mapping; decimalMark: DecimalMark; onKnown: 'update' | 'skip' };

export function toReview(read: v.InferOutput<typeof reviewSchema>, width: number): Review {
	const mapping: Mapping = {};
	for (const { key } of fields) {
		const place = read[key];
		if (place !== null && place < width) mapping[key] = place;
	}
	return { mapping, decimalMark: read.decimal, onKnown: read.known };
}

/** What the page's address says; null when it says nothing. */
export function findReview(params: URLSearchParams, width: number): Review | null {
	if (!params.has('sku')) return null;
	const read = v.safeParse(reviewSchema, Object.fromEntries(params));
	return read.success ? toReview(read.output, width) : null;
}

export function reviewQuery({ mapping, decimalMark, onKnown }: Review): string {
	return new URLSearchParams([
		...fields.map(({ key }) => [key, String(mapping[key] ?? '')]),
		['decimal', decimalMark],
		['known', onKnown],
	]).toString();
}

export const isComplete = ({ mapping }: Review): boolean =>
	mapping.sku !== undefined && mapping.name !== undefined;

/** A button alone. */
export const buttonSchema = v.object({});
