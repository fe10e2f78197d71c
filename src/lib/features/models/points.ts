import * as v from 'valibot';

/** How good a model is after an epoch: on what it learns from, and on what it has not seen. */
export const points = v.array(
	v.object({
		epoch: v.number(),
		loss: v.number(),
		accuracy: v.number(),
		validationLoss: v.number(),
		validationAccuracy: v.number(),
	}),
);

export type Point = v.InferOutput<typeof points>[number];
