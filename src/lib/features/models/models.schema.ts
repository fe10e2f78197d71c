import * as v from 'valibot';
import type { Input } from './encoding.ts';

/** What the database refuses: it could not be shown, or would turn the text around it. */
const unreadable = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

const line = (longest: number) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.check((typed) => [...typed].length <= longest, `Please use at most ${longest} characters.`),
		v.check((typed) => !unreadable.test(typed), 'Please use characters that can be shown.'),
	);

const name = v.pipe(line(80), v.nonEmpty('Please give the model a name.'));

const target = v.pipe(v.string(), v.trim(), v.maxLength(200, 'This is too long for a column.'));

const id = v.pipe(v.string(), v.uuid('Please choose one of the list.'));

const wholeNumber = (least: number, most: number) => {
	const message = `A whole number from ${least} to ${most}, please.`;
	return v.pipe(
		v.string(),
		v.regex(/^\d{1,6}$/, message),
		v.transform(Number),
		v.minValue(least, message),
		v.maxValue(most, message),
	);
};

/** Where the dataset of a new model comes from: a file, one that comes with the app, or one that is there already. */
const source = v.pipe(
	v.string(),
	v.regex(/^(upload|sample:[a-z]+|dataset:[\da-f-]{36})$/, 'Please choose a dataset.'),
);

export const newModelSchema = v.object({ name, source, target });

export const changeModelSchema = v.object({
	name,
	source: v.pipe(
		v.string(),
		v.regex(/^(upload|keep|dataset:[\da-f-]{36})$/, 'Please choose a dataset.'),
	),
	target,
});

export const startSchema = v.object({
	epochs: wholeNumber(1, 300),
	seed: wholeNumber(0, 999_999),
	note: line(200),
});

export const trainingSchema = v.object({ training: id });

export const datasetSchema = v.object({ dataset: id });

/** The button alone. */
export const buttonSchema = v.object({});

/** One field for each column that the model reads, by its place: a column may have any name. */
export function tryFields(inputs: Input[]) {
	const cell = v.pipe(v.string(), v.trim(), v.maxLength(200, 'This is too long.'));
	return v.object({
		training: id,
		...Object.fromEntries(inputs.map((_, index) => [`input_${index}`, cell])),
	});
}

export type NewModel = { name: string; target: string; datasetId: string };
export type Start = v.InferOutput<typeof startSchema>;
