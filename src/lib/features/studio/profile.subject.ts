import { answerOf } from '../../supabase/answer-of.ts';
import type { Subject } from './subject.ts';

export const profile: Subject = {
	kind: 'profile',
	async listChoices(_client, { name }) {
		return [{ value: 'profile', label: 'Your profile', hint: name }];
	},
	async findCard(client, { id }) {
		const [person] = await answerOf(
			client.from('users').select('name, avatar_hue, created_at').eq('id', id),
		);
		if (!person) return null;
		const { name, avatar_hue: hue, created_at: since } = person;
		return { kind: 'profile', name, hue, since };
	},
};
