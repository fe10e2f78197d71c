export const hues = [
	{ name: 'Red', hue: 25 },
	{ name: 'Orange', hue: 55 },
	{ name: 'Yellow', hue: 95 },
	{ name: 'Green', hue: 140 },
	{ name: 'Teal', hue: 180 },
	{ name: 'Sky', hue: 220 },
	{ name: 'Blue', hue: 260 },
	{ name: 'Violet', hue: 295 },
	{ name: 'Pink', hue: 345 },
];
