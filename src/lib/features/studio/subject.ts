import type { Person } from '../../person.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Card } from './card.schema.ts';

/** Something that a person can have a card of: 'profile', or 'training/<id>'. */
export type Choice = { value: string; label: string; hint: string };

/** A kind of things that cards show. It reads as the person: what they may not read is on no card. */
export type Subject = {
	kind: string;
	listChoices(client: Client, person: Person): Promise<Choice[]>;
	/** What the card would show; null when there is no such thing, or it is not theirs. */
	findCard(client: Client, person: Person, id: string): Promise<Card | null>;
};
