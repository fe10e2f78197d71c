import * as v from 'valibot';

/** What goes when an account goes, as the database counts it: a kind of thing, how many, and the name of a single one. */
export const losses = v.array(
	v.object({ what: v.string(), count: v.number(), name: v.optional(v.string()) }),
);

export type Loss = v.InferOutput<typeof losses>[number];

/** One of each kind, and many. A kind that these words do not know is counted all the same. */
const words = new Map<string, [one: string, many: string]>([
	['model', ['model', 'models']], // feature: models
	['training', ['training', 'trainings']], // feature: models
	['dataset', ['dataset', 'datasets']], // feature: models
	['card', ['card', 'cards']], // feature: studio
]);

const named = new Map<string, (name: string) => string>([
	['organization', (name) => `the organization “${name}”, which nobody else is in`], // feature: organizations
	['membership', (name) => `the membership in “${name}”`], // feature: organizations
]);

export function wordsForLoss({ what, count, name }: Loss): string {
	const [one, many] = words.get(what) ?? [what, what];
	return named.get(what)?.(name ?? '') ?? `${count} ${count === 1 ? one : many}`;
}
