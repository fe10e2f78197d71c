import { AppError } from '../../errors.ts';
import type { Chosen } from './users.service.ts';
import { counted } from './words.ts';

/** So many of those who were refused for the same reason are named. */
const named = 5;

/**
 * Does the same to each of them, one after the other: what is refused for one does not stop the others. When nobody
 * answers any more it stops, and says how far it came.
 */
export async function actOnMany(
	people: Chosen[],
	perform: (id: string) => Promise<unknown>,
): Promise<{ text: string; kind: 'success' | 'error' }> {
	const refused = new Map<string, string[]>();
	let done = 0;
	for (const { id, name } of people) {
		try {
			await perform(id);
			done += 1;
		} catch (problem) {
			if (!(problem instanceof AppError)) throw problem;
			if (problem.status >= 500) {
				return { text: `${doneFor(done)} Then it stopped: ${problem.message}`, kind: 'error' };
			}
			refused.set(problem.message, [...(refused.get(problem.message) ?? []), name]);
		}
	}
	const refusals = [...refused].map(([reason, names]) => `Not for ${namesOf(names)}: ${reason}`);
	return {
		text: [doneFor(done), ...refusals].join(' '),
		kind: refusals.length > 0 ? 'error' : 'success',
	};
}

function doneFor(count: number): string {
	return `Done for ${counted(count, 'person', 'people')}.`;
}

function namesOf(names: string[]): string {
	const further = names.length - named;
	const list = names.slice(0, named).join(', ');
	return further > 0 ? `${list} and ${counted(further, 'other', 'others')}` : list;
}
