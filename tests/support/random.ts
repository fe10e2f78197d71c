/** Numbers that look random and are the same for the same seed (mulberry32). */
export type Random = {
	/** A whole number from 0 on, below `limit`. */
	below(limit: number): number;
	chance(probability: number): boolean;
	/** Some of the items, each at most once, in any order. */
	take<T>(items: readonly T[], count: number): T[];
};

export function createRandom(seed: number): Random {
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (limit: number) => Math.floor(next() * limit);
	return {
		below,
		chance: (probability) => next() < probability,
		take(items, count) {
			const left = [...items];
			return Array.from({ length: Math.min(count, left.length) }, () =>
				left.splice(below(left.length), 1),
			).flat();
		},
	};
}
