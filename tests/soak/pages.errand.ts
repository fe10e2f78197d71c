import type { Errand } from './errand.ts';

const pages = ['/', '/home', '/notifications', '/account', '/account/sessions', '/account/data'];

/** Looks around, and has a page open for a while. */
export const reading: Errand = {
	name: 'pages',

	async run(person, random) {
		for (const page of random.take(pages, 3)) await person.open(page);
		await person.listen(500 + random.below(2500));
	},

	audit: async () => [],
};
