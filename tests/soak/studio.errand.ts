import { complain, type Errand } from './errand.ts';

export const studio: Errand = {
	name: 'cards',

	async run(person) {
		const fields = { subject: 'profile', user_id: '' };
		const id = await person.send('/studio', fields, /^\/studio\/([\da-f-]{36})$/);
		if (!id) return;
		person.keep(studio.name, id);
		await person.open(`/studio/${id}`);
	},

	async audit(sql, kept) {
		return [
			...complain(
				'cards lost',
				await sql`select id from unnest(${kept}::uuid[]) as kept (id)
					where not exists (select from public.studio_jobs as found where found.id = kept.id)`,
			),
			...complain(
				'cards that are not done, or were not told once',
				await sql`select card.id, card.state, card.error, count(told.id) as told
					from public.studio_jobs as card
					left join public.notifications as told
						on told.user_id = card.user_id and told.kind like 'card.%' and told.data ->> 'id' = card.id::text
					group by card.id having card.state <> 'done' or count(told.id) <> 1`,
			),
		];
	},
};
