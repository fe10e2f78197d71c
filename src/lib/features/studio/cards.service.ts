import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';

const listed = 'id, title, state, progress, public_token, created_at';

/** A person's own cards, the newest first; also an admin's, who could read everybody's. */
export async function listCards(client: Client, userId: string) {
	return answerOf(
		client
			.from('studio_jobs')
			.select(listed)
			.eq('user_id', userId)
			.order('created_at', { ascending: false })
			.order('id'),
	);
}

export type ListedCard = Awaited<ReturnType<typeof listCards>>[number];

/** Null when there is no such card, or it is not theirs to see. */
export async function findCard(client: Client, id: string) {
	const cards = await answerOf(
		client.from('studio_jobs').select(`${listed}, user_id, png_complete, error`).eq('id', id),
	);
	return cards[0] ?? null;
}

export type ShownCard = NonNullable<Awaited<ReturnType<typeof findCard>>>;

/** The drawing and the picture of a card that is done. */
export async function findDrawing(client: Client, id: string) {
	const cards = await answerOf(client.from('studio_jobs').select('title, svg, png').eq('id', id));
	const { title, svg, png } = cards[0] ?? {};
	return title && svg && png ? { title, svg, png } : null;
}

/** What the public link shows; null when it was turned off, or never was. */
export async function findSharedCard(client: Client, token: string) {
	const cards = await answerOf(client.rpc('shared_card', { token }, { get: true }));
	return cards[0] ?? null;
}

/** Turns the public link on. One that is on stays. */
export async function shareCard(client: Client, id: string): Promise<void> {
	await answerOf(client.rpc('share_card', { card_id: id }));
}

/** Answers whether there was a link. */
export async function unshareCard(client: Client, id: string): Promise<boolean> {
	return answerOf(client.rpc('unshare_card', { card_id: id }));
}

/** Answers whether there was anything to cancel. */
export async function cancelCard(client: Client, id: string): Promise<boolean> {
	return answerOf(client.rpc('cancel_studio_job', { card_id: id }));
}

export async function deleteCard(client: Client, id: string): Promise<void> {
	await answerOf(client.rpc('delete_studio_job', { card_id: id }));
}
