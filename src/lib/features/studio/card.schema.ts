import * as v from 'valibot';

const text = v.pipe(v.string(), v.maxLength(500));
const time = v.pipe(v.string(), v.isoTimestamp());

/** What a card shows, as it was when it was asked for. The database keeps it; the worker draws it. */
export const cardSchema = v.variant('kind', [
	v.object({
		kind: v.literal('profile'),
		name: text,
		/** The hue of the person's picture, in degrees. */
		hue: v.pipe(v.number(), v.minValue(0), v.maxValue(360)),
		since: time,
	}),
	v.object({
		kind: v.literal('model'),
		name: text,
		/** What the model predicts. */
		predicts: text,
		/** From 0 to 1. */
		accuracy: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
		/** After each round of training, from the first. */
		loss: v.pipe(v.array(v.pipe(v.number(), v.finite(), v.minValue(0))), v.maxLength(500)),
		rounds: v.pipe(v.number(), v.integer(), v.minValue(0)),
		/** Who made it. */
		by: text,
		trained: time,
	}),
]);

export type Card = v.InferOutput<typeof cardSchema>;
export type ModelCard = Extract<Card, { kind: 'model' }>;
export type ProfileCard = Extract<Card, { kind: 'profile' }>;
