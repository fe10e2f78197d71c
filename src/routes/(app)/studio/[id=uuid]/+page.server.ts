import { error } from '@sveltejs/kit';
import { act } from '$lib/act.server.ts';
import {
	cancelCard,
	deleteCard,
	findCard,
	shareCard,
	unshareCard,
} from '$lib/features/studio/cards.service.ts';
import { buttonSchema } from '$lib/features/studio/studio.schema.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const card = await showOrFail(findCard(locals.supabase, params.id));
	if (!card) error(404, 'There is no such card.');
	const link = card.public_token && `${url.origin}/cards/${card.public_token}`;
	return { card, link, isOwn: card.user_id === locals.person?.id };
};

export const actions: Actions = {
	share: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		await shareCard(locals.supabase, params.id);
		return { text: 'The link is on. Whoever has it sees the card.' };
	}),
	unshare: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		await unshareCard(locals.supabase, params.id);
		return { text: 'The link is off. Nobody sees the card by it any more.' };
	}),
	cancel: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		const cancelled = await cancelCard(locals.supabase, params.id);
		return { text: cancelled ? 'The card is cancelled.' : 'It was over already.' };
	}),
	delete: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		await deleteCard(locals.supabase, params.id);
		return { text: 'The card is deleted.', to: '/studio' };
	}),
};
