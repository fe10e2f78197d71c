/** What an import should make of lines, told one after the other and in other words than the database has for it. */
export const fieldNames = [
	'sku',
	'name',
	'quantity',
	'price',
	'location',
	'category',
	'note',
] as const;
export type Field = (typeof fieldNames)[number];
export type Mapping = { sku: number; name: number } & Partial<Record<Field, number>>;
/** As texts, numbers without zeros that say nothing. */
export type Item = Record<Field, string | null>;
export type Refusal = { line: number; fields: string[]; reason: string };
export type Given = {
	width: number;
	mapping: Mapping;
	mark: '.' | ',';
	onKnown: 'update' | 'skip';
	lines: { line: number; fields: string[] }[];
	before: Item[];
};
export type Expected = {
	items: Item[];
	refusals: Refusal[];
	added: number;
	updated: number;
	skipped: number;
};

const longest: Record<string, number> = {
	sku: 100,
	name: 200,
	location: 200,
	category: 200,
	note: 2000,
};
const spaces = [' ', '\t', '\r', '\n', '\u00a0'];

export function expectImport(given: Given): Expected {
	const items = new Map(given.before.map((item) => [item.sku, item]));
	const taken = new Set<string | null>();
	const refusals: Refusal[] = [];
	const count = { added: 0, updated: 0, skipped: 0 };
	for (const { line, fields } of given.lines) {
		const read = readLine(given, fields);
		if (typeof read === 'string') {
			refusals.push({ line, fields, reason: read });
			continue;
		}
		const known = items.get(read.sku);
		if (taken.has(read.sku)) {
			refusals.push({ line, fields, reason: 'sku_twice' });
		} else if (known && given.onKnown === 'skip') {
			count.skipped += 1;
		} else {
			taken.add(read.sku);
			const kept = known ? fieldNames.filter((name) => given.mapping[name] === undefined) : [];
			const left = Object.fromEntries(kept.map((name) => [name, known?.[name] ?? null]));
			items.set(read.sku, { ...read, ...left });
			if (known) count.updated += 1;
			else count.added += 1;
		}
	}
	return { items: sortItems([...items.values()]), refusals, ...count };
}

/** By the bytes of their sku, as the database does it. */
export function sortItems(items: Item[]): Item[] {
	return items.toSorted((a, b) =>
		Buffer.compare(Buffer.from(a.sku ?? ''), Buffer.from(b.sku ?? '')),
	);
}

/** The item, or the first reason why there is none. */
function readLine({ width, mapping, mark }: Given, fields: string[]): Item | string {
	if (fields.length < width) return 'too_few_fields';
	if (fields.length > width) return 'too_many_fields';
	const item: Item = {
		sku: null,
		name: null,
		quantity: null,
		price: null,
		location: null,
		category: null,
		note: null,
	};
	for (const name of fieldNames) {
		const place = mapping[name];
		const text = place === undefined ? '' : trim(fields[place] ?? '');
		item[name] = text === '' ? null : text;
		if (item[name] === null) {
			if (name === 'sku' || name === 'name') return `${name}_missing`;
			continue;
		}
		if (name === 'quantity' || name === 'price') {
			const number = readNumber(text, mark, name);
			if (number.startsWith('!')) return `${name}_${number.slice(1)}`;
			item[name] = number;
		} else if (Array.from(text).length > (longest[name] ?? 0)) {
			return `${name}_too_long`;
		}
	}
	return item;
}

function trim(text: string): string {
	const letters = Array.from(text);
	while (letters.length > 0 && spaces.includes(letters[0] ?? '')) letters.shift();
	while (letters.length > 0 && spaces.includes(letters.at(-1) ?? '')) letters.pop();
	return letters.join('');
}

function readNumber(text: string, mark: string, name: 'quantity' | 'price'): string {
	const sign = text.startsWith('-') || text.startsWith('+') ? text.slice(0, 1) : '';
	const parts = text.slice(sign.length).split(mark);
	const [whole = '', decimals] = parts;
	if (parts.length > 2) return '!invalid';
	const between = [mark === '.' ? ',' : '.', ' ', '\u00a0', '\u202f', "'", '\u2019'];
	const used = between.filter((each) => whole.includes(each));
	if (used.length > 1) return '!invalid';
	const groups = used[0] === undefined ? [whole] : whole.split(used[0]);
	if (!groups.every(isDigits)) return '!invalid';
	if (groups.length > 1) {
		if ((groups[0] ?? '').length > 3) return '!invalid';
		if (groups.slice(1).some((group) => group.length !== 3)) return '!invalid';
	}
	if (decimals !== undefined) {
		const shown = name === 'price' ? 2 : 0;
		if (!isDigits(decimals) || decimals.length === 3) return '!invalid';
		if (Array.from(decimals.slice(shown)).some((digit) => digit !== '0')) return '!invalid';
	}
	const cents =
		BigInt(groups.join('')) * 100n + BigInt((decimals ?? '').padEnd(2, '0').slice(0, 2));
	const largest = name === 'price' ? 999_999_999_999n : 99_999_999_900n;
	if ((sign === '-' && cents > 0n) || cents > largest) return '!range';
	return name === 'price'
		? `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
		: `${cents / 100n}`;
}

function isDigits(text: string): boolean {
	return text.length > 0 && Array.from(text).every((letter) => letter >= '0' && letter <= '9');
}
