import { AppError } from '../../errors.ts';
import type { Chosen } from './users.service.ts';
import { counted } from './words.ts';

/** Does the same to each of them, one after the other: what is refused for one does not stop the others. */
export async function actOnMany(
	people: Chosen[],
	perform: (id: string) => Promise<unknown>,
): Promise<{ text: string; kind: 'success' | 'error' }> {
	const refused: string[] = [];
	for (const { id, name } of people) {
		try {
			await perform(id);
		} catch (problem) {
			if (!(problem instanceof AppError) || problem.status >= 500) throw problem;
			refused.push(`${name}: ${problem.message}`);
		}
	}
	const done = `Done for ${counted(people.length - refused.length, 'person', 'people')}.`;
	if (refused.length === 0) return { text: done, kind: 'success' };
	const refusals = `Refused for ${counted(refused.length, 'person', 'people')}: ${refused.join(' ')}`;
	return { text: `${done} ${refusals}`, kind: 'error' };
}
