/** Numbers from 0 to below 1 that look like chance, the same ones for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/** Chance with the shape of a bell around 0, its width 1. */
export function createBell(random: () => number): () => number {
	return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Puts a list into an order by chance. */
export function shuffle(list: Uint32Array, random: () => number): void {
	for (let last = list.length - 1; last > 0; last -= 1) {
		const other = Math.floor(random() * (last + 1));
		const kept = list[last] ?? 0;
		list[last] = list[other] ?? 0;
		list[other] = kept;
	}
}
