import { complain, type Errand } from './errand.ts';
import type { Person } from './person.ts';

/** Every so manieth line has a quantity that is none. */
const wrong = 50;

function stock(prefix: string, lines: number): string {
	const line = (at: number) =>
		`${prefix}-${at},Item ${at},${at % wrong === 0 ? 'many' : at},${at}.50`;
	return ['sku,name,quantity,price', ...Array.from({ length: lines }, (_, at) => line(at))].join(
		'\n',
	);
}

const members = new WeakSet<Person>();

export const imports: Errand = {
	name: 'imports',

	async run(person, random) {
		if (!members.has(person)) {
			await person.send(
				'/organizations?/create',
				{ name: 'Soaked' },
				/^\/organizations\/[\da-f-]{36}$/,
			);
			members.add(person);
		}
		// The skus say which file a line is of, and its name how many there are.
		const prefix = crypto.randomUUID();
		const lines = 100 + random.below(3000);
		const form = new FormData();
		form.set(
			'file',
			new Blob([stock(prefix, lines)], { type: 'text/csv' }),
			`${prefix}.${lines}.csv`,
		);
		const file = await person.send('/imports/new', form, /^\/imports\/files\/([\da-f-]{36})$/);
		if (!file) return;
		const mapping = {
			sku: '0',
			name: '1',
			quantity: '2',
			price: '3',
			decimal: '.',
			known: 'update',
		};
		const id = await person.send(
			`/imports/files/${file}?/run`,
			mapping,
			/^\/imports\/([\da-f-]{36})$/,
		);
		if (!id) return;
		person.keep(imports.name, id);
		await person.open(`/imports/${id}`);
	},

	async audit(sql, kept) {
		return [
			...complain(
				'imports lost',
				await sql`select id from unnest(${kept}::uuid[]) as kept (id)
					where not exists (select from public.scheduled_jobs as found where found.id = kept.id)`,
			),
			...complain(
				'imports that are not done with each line once',
				await sql`
					select job.id, job.status, job.error_code, job.lines_done, job.lines_added, job.lines_refused, found.items,
						found.touched, told.count as told
					from public.scheduled_jobs as job
					cross join lateral (
						select split_part(job.file_name, '.', 1) as prefix, split_part(job.file_name, '.', 2)::integer as lines
					) as file
					cross join lateral (
						select count(*) as items, count(*) filter (where version <> 1) as touched
						from public.inventory_items as item
						where item.organization_id = job.organization_id and item.sku like file.prefix || '-%'
					) as found
					cross join lateral (
						select count(*) as count from public.notifications
						where kind like 'import.%' and data ->> 'id' = job.id::text
					) as told
					where (job.status, job.lines_done, job.lines_refused, found.items, found.touched, told.count) is distinct from
						('done', file.lines, ceil(file.lines / ${wrong}::numeric), file.lines - ceil(file.lines / ${wrong}::numeric), 0, 1)`,
			),
			...complain(
				'items of no import',
				await sql`select item.sku from public.inventory_items as item
					where not exists (
						select from public.scheduled_jobs as job
						where job.organization_id = item.organization_id and item.sku like split_part(job.file_name, '.', 1) || '-%'
					) limit 100`,
			),
		];
	},
};
