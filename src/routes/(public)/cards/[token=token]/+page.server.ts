import { error } from '@sveltejs/kit';
import * as v from 'valibot';
import { describeCard } from '$lib/features/studio/card.ts';
import { cardSchema } from '$lib/features/studio/card.schema.ts';
import { findSharedCard } from '$lib/features/studio/cards.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const shared = await showOrFail(findSharedCard(locals.supabase, params.token));
	if (!shared) error(404, 'There is no such card, or its link was turned off.');
	return {
		title: shared.title,
		description: describeCard(v.parse(cardSchema, shared.card)),
		address: `${url.origin}/cards/${params.token}`,
	};
};
