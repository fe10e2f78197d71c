/** The file that imports are measured with. */
export const header = ['sku', 'name', 'quantity', 'price', 'location', 'category', 'note'];

/** A line as an inventory has it: about 90 bytes, the skus in no order. */
export function lineOf(index: number): string[] {
	const shuffled = (index * 7_919_999) % 10_000_019;
	return [
		`SKU-${String(shuffled).padStart(8, '0')}`,
		`Hexagon bolt M${index % 40} × ${index % 120} mm`,
		String((index * 7) % 5000),
		`${(index * 13) % 1000}.${String(index % 100).padStart(2, '0')}`,
		`Aisle ${index % 60}, shelf ${index % 9}`,
		`Category ${index % 24}`,
		index % 5 === 0 ? 'Zinc plated, sold in boxes of a hundred' : '',
	];
}

/** A file of so many lines, a thousand at a time. */
export function* csvOf(lines: number): Generator<string, void> {
	yield `${header.join(',')}\n`;
	for (let start = 0; start < lines; start += 1000) {
		const count = Math.min(1000, lines - start);
		yield Array.from({ length: count }, (_, at) => textOf(lineOf(start + at))).join('');
	}
}

function textOf(line: string[]): string {
	return `${line.map((field) => (field.includes(',') ? `"${field}"` : field)).join(',')}\n`;
}
