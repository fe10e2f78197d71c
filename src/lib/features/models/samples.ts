import { createBell, createRandom } from './random.ts';

export type Sample = {
	id: string;
	name: string;
	/** What it is about, and what can be learned from it. */
	about: string;
	target: string;
	write: () => string;
};

export const sampleRows = 20_000;

/** Two datasets that come with the app: made up by a formula and chance, the same ones every time. */
export const samples: Sample[] = [
	{
		id: 'flowers',
		name: 'Flowers by the wall',
		about: 'Four measures of 20,000 flowers of three species. Can a model tell the species?',
		target: 'species',
		write: writeFlowers,
	},
	{
		id: 'visitors',
		name: 'Visitors at the gate',
		about:
			'When 20,000 visitors came, from how far, in which weather. Can a model tell how they came?',
		target: 'came_by',
		write: writeVisitors,
	},
];

function writeFlowers(): string {
	const random = createRandom(2026);
	const bell = createBell(random);
	const species = [
		{ name: 'wall daisy', sizes: [5.0, 3.4, 1.6, 0.4] },
		{ name: 'gate rose', sizes: [5.9, 2.9, 4.2, 1.4] },
		{ name: 'moat lily', sizes: [6.4, 3.0, 4.9, 1.8] },
	];
	const lines = ['sepal_length,sepal_width,petal_length,petal_width,species'];
	for (let row = 0; row < sampleRows; row += 1) {
		const { name, sizes } = pick(species, random);
		// One flower is large or small as a whole, so that no single measure tells its species.
		const scale = 1 + 0.09 * bell();
		const measured = sizes.map((size) => Math.max(0.1, size * scale + 0.28 * bell()).toFixed(1));
		lines.push([...measured, name].join(','));
	}
	return `${lines.join('\n')}\n`;
}

function writeVisitors(): string {
	const random = createRandom(1120);
	const bell = createBell(random);
	const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
	const weathers = ['sun', 'clouds', 'rain', 'snow'];
	const lines = ['day,hour,weather,distance_km,age,came_by'];
	for (let row = 0; row < sampleRows; row += 1) {
		const day = pick(days, random);
		const weather = pick(weathers, random);
		const hour = 7 + Math.floor(random() * 13);
		const distance = Math.exp(1.1 + 0.9 * bell());
		const age = Math.round(Math.min(90, Math.max(6, 38 + 17 * bell())));
		const wet = weather === 'rain' || weather === 'snow' ? 1 : 0;
		const weekend = day.startsWith('S') ? 1 : 0;
		const ways = [
			{ name: 'on foot', pull: 3.2 - 1.3 * distance - 0.8 * wet },
			{ name: 'by bicycle', pull: 1.6 - 0.24 * distance - 2.4 * wet - 0.03 * Math.abs(age - 32) },
			{
				name: 'by bus',
				pull: 0.6 + 0.04 * distance + 0.9 * wet - 1.2 * weekend - 0.1 * (hour - 12),
			},
			{ name: 'by car', pull: -0.6 + 0.13 * distance + 0.5 * wet + 1.3 * weekend + 0.01 * age },
		];
		const best = ways
			.map(({ name, pull }) => ({ name, pull: pull + 0.55 * bell() }))
			.reduce((a, b) => (b.pull > a.pull ? b : a));
		lines.push([day, hour, weather, distance.toFixed(1), age, best.name].join(','));
	}
	return `${lines.join('\n')}\n`;
}

function pick<Item>(list: Item[], random: () => number): Item {
	const item = list[Math.floor(random() * list.length)];
	if (item === undefined) throw new Error('There is nothing to pick from.');
	return item;
}
