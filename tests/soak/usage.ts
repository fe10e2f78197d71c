import { median } from '../bench/report.ts';
import type { Part } from './parts.ts';

type Sample = { at: number; part: string; memory: number; handles: number | null };

/** What a part took at the beginning and at the end of a time in which it was one process. */
export type Growth = {
	part: string;
	memory: [number, number];
	handles: [number, number] | null;
};

/** Memory and open files of all parts, every few seconds. */
export class Usage {
	readonly #samples: Sample[] = [];
	readonly #timer: NodeJS.Timeout;

	constructor(parts: Part[]) {
		this.#timer = setInterval(() => {
			for (const { name, process } of parts) {
				if (!process) continue;
				const [memory, handles] = [process.memory(), process.handles()];
				this.#samples.push({ at: performance.now(), part: name, memory, handles });
			}
		}, 5000);
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	/** From the first fourth of the time since then to its last, each by the median. */
	growthSince(since: number): Growth[] {
		const last = this.#samples.filter(({ at }) => at >= since);
		return [...new Set(last.map(({ part }) => part))].map((part) => {
			const own = last.filter((sample) => sample.part === part);
			const fourth = Math.max(1, Math.floor(own.length / 4));
			const ends = [own.slice(0, fourth), own.slice(-fourth)];
			const between = (figure: (sample: Sample) => number): [number, number] => {
				const [first = 0, end = 0] = ends.map((samples) => median(samples.map(figure)));
				return [first, end];
			};
			const counted = own.every(({ handles }) => handles !== null);
			return {
				part,
				memory: between(({ memory }) => memory),
				handles: counted ? between(({ handles }) => handles ?? 0) : null,
			};
		});
	}
}
