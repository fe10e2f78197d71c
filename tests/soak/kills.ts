import { setTimeout } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { Part } from './parts.ts';

/** How long the answers of before may still be on their way when all is up again. */
const after = 1000;

/** Kills a part of the app at random moments, and starts it again. */
export class Kills {
	readonly made = new Map<string, number>();
	/** Null while something is away that answers people. */
	#calmSince: number | null = performance.now();
	readonly #parts: Part[];
	readonly #random: Random;

	constructor(parts: Part[], random: Random) {
		this.#parts = parts;
		this.#random = random;
	}

	async goOn(until: number): Promise<void> {
		for (;;) {
			await setTimeout(3000 + this.#random.below(15_000));
			if (performance.now() > until) return;
			const [part] = this.#random.take(this.#parts, 1);
			if (part) await this.#kill(part);
		}
	}

	/** Whether since then everything that answers people was up. */
	wasCalm(since: number): boolean {
		return this.#calmSince !== null && this.#calmSince + after < since;
	}

	async #kill(part: Part): Promise<void> {
		if (part.answersPeople) this.#calmSince = null;
		await part.end('SIGKILL');
		this.made.set(part.name, (this.made.get(part.name) ?? 0) + 1);
		await setTimeout(this.#random.below(4000));
		await part.start();
		this.#calmSince ??= performance.now();
	}
}
