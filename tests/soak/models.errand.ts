import { complain, type Errand } from './errand.ts';

/** Two kinds that a line tells apart. */
const table = [
	'height,width,kind',
	...Array.from(
		{ length: 200 },
		(_, at) => `${at % 20},${at % 7},${at % 20 < 10 ? 'low' : 'high'}`,
	),
].join('\n');

export const models: Errand = {
	name: 'trainings',

	async run(person, random) {
		const form = new FormData();
		form.set('name', 'Soaked');
		form.set('source', 'upload');
		form.set('target', 'kind');
		form.set('file', new Blob([table], { type: 'text/csv' }), 'kinds.csv');
		const id = await person.send('/models/new', form, /^\/models\/([\da-f-]{36})$/);
		if (!id) return;
		const epochs = `${10 + random.below(190)}`;
		const started = { epochs, seed: '1', note: '' };
		const told = await person.send(`/models/${id}?/start`, started, /^(\/models\/[\da-f-]{36})$/);
		if (told) person.keep(models.name, id);
		await person.open(`/models/${id}`);
	},

	async audit(sql, kept) {
		return [
			...complain(
				'models whose training was lost',
				await sql`select id from unnest(${kept}::uuid[]) as kept (id)
					where not exists (select from public.training_jobs as found where found.model_id = kept.id)`,
			),
			...complain(
				'trainings that are not done, or have an epoch twice',
				await sql`select id, state, epoch, epochs, error from public.training_jobs
					where state <> 'done' or epoch <> epochs or epochs <> (
						select count(distinct point ->> 'epoch') from jsonb_array_elements(metrics) as point
					)`,
			),
			...complain(
				'models that were not told of each training once',
				await sql`select training.model_id, count(distinct training.id) as trainings, count(distinct told.id) as told
					from public.training_jobs as training
					left join public.notifications as told
						on told.user_id = training.user_id and told.kind like 'training.%'
						and told.data ->> 'id' = training.model_id::text
					group by training.model_id having count(distinct training.id) <> count(distinct told.id)`,
			),
		];
	},
};
