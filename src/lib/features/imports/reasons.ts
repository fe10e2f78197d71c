const reasons: Partial<Record<string, string>> = {
	too_few_fields: 'It has fewer fields than the header.',
	too_many_fields:
		'It has more fields than the header. Is a field with the separator in it not quoted?',
	sku_missing: 'There is no SKU.',
	sku_too_long: 'The SKU is longer than 100 characters.',
	sku_twice: 'A line before it has the same SKU, and only the first one counts.',
	name_missing: 'There is no name.',
	name_too_long: 'The name is longer than 200 characters.',
	quantity_invalid: 'The quantity is no whole number.',
	quantity_range: 'The quantity is below 0 or above 999,999,999.',
	price_invalid: 'The price is no amount with at most two decimals, or has the other decimal mark.',
	price_range: 'The price is below 0 or above 9,999,999,999.99.',
	location_too_long: 'The location is longer than 200 characters.',
	category_too_long: 'The category is longer than 200 characters.',
	note_too_long: 'The note is longer than 2,000 characters.',
};

/** Why a line is not stored. */
export function reasonInWords(reason: string): string {
	return reasons[reason] ?? 'It cannot be stored.';
}

/** Why an import failed as a whole. */
export function failureInWords(code: string | null): string {
	return code === 'file_gone'
		? 'Its file was deleted. Upload it again.'
		: 'It failed again and again. An admin can see why, and send it again.';
}
