import { redirect } from '@sveltejs/kit';
import {
	createCard,
	listChoices,
	requireCard,
	verifyAsker,
} from '$lib/features/studio/ask.service.ts';
import { listCards } from '$lib/features/studio/cards.service.ts';
import { askSchema } from '$lib/features/studio/studio.schema.ts';
import { parseForm } from '$lib/forms.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { createSecretClient, hasSecretKey } from '$lib/supabase/secret.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals: { supabase, person } }) => {
	if (!person) redirect(303, '/log-in');
	return {
		cards: await showOrFail(listCards(supabase, person.id)),
		choices: await showOrFail(listChoices(supabase, person)),
		isSetUp: hasSecretKey(),
	};
};

export const actions: Actions = {
	default: async (event) => {
		const { supabase, person, log } = event.locals;
		if (!person) redirect(303, '/log-in');
		const form = await parseForm(event, askSchema);
		if ('failure' in form) return form.failure;
		const { subject, user_id: named } = form.data;
		let id;
		try {
			await verifyAsker(supabase, person, named);
			const card = await requireCard(supabase, person, subject);
			id = await createCard(createSecretClient(), person.id, card);
		} catch (problem) {
			if (named && named !== person.id) log.warn({ event: 'studio.forged', person: person.id });
			return form.refuse(problem, { no_subject: 'subject' });
		}
		log.info({ event: 'studio.asked', card: id });
		redirect(303, `/studio/${id}`);
	},
};
