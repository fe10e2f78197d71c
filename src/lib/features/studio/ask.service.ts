import { AppError, fromAuth } from '../../errors.ts';
import type { Person } from '../../person.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Card } from './card.schema.ts';
import type { Choice } from './subject.ts';
import { subjects } from './subjects.ts';

export async function listChoices(client: Client, person: Person): Promise<Choice[]> {
	const lists = await Promise.all(subjects.map((each) => each.listChoices(client, person)));
	return lists.flat();
}

/** What the card shall show, read as the person who asks. */
export async function requireCard(client: Client, person: Person, subject: string): Promise<Card> {
	const [kind, id = ''] = subject.split('/');
	const card = await subjects.find((each) => each.kind === kind)?.findCard(client, person, id);
	if (!card) throw new AppError('no_subject', 404, 'There is nothing like that of yours.');
	return card;
}

/**
 * Before anything is done in somebody's name with the secret key, the auth server says who they are. A name that
 * comes with the form is no proof, and no mistake either.
 */
export async function verifyAsker(client: Client, person: Person, named: string): Promise<void> {
	const { data, error } = await client.auth.getUser();
	if (error) throw fromAuth(error);
	if (data.user.id !== person.id || (named && named !== person.id)) {
		throw new AppError('forged', 403, 'You can have cards made for yourself only.');
	}
}

/** `secret` is the client of the service role. Answers the id of the card. */
export async function createCard(secret: Client, userId: string, card: Card): Promise<string> {
	return answerOf(secret.rpc('create_studio_job', { user_id: userId, title: card.name, card }));
}
