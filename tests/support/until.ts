import { setTimeout } from 'node:timers/promises';

/** Asks again until there is an answer. The limit is for what hangs: then the error names what was awaited. */
export async function until<T>(
	what: string,
	probe: () => Promise<T | null | false>,
	seconds = 300,
): Promise<T> {
	const deadline = Date.now() + seconds * 1000;
	for (;;) {
		const answer = await probe();
		if (answer !== null && answer !== false) return answer;
		if (Date.now() > deadline) throw new Error(`Waited ${seconds} s in vain for ${what}.`);
		await setTimeout(50);
	}
}
