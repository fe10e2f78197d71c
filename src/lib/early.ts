/**
 * Whoever is faster than the scripts has typed, chosen and opened things by then, and the components that take the page
 * over put most of it back to what the server sent. Notes how everything stands; answers how to have it so again.
 */
export function noteWhatWasDone(): () => void {
	const fields = document.querySelectorAll<HTMLInputElement | HTMLSelectElement>(
		'input:not([type=hidden], [type=file]), select',
	);
	const redo = [
		...[...document.querySelectorAll('details')].map(noteDetails),
		...[...fields].map(noteField),
	];
	return () => redo.forEach((each) => each());
}

function noteDetails(details: HTMLDetailsElement): () => void {
	const { open } = details;
	return () => (details.open = open);
}

function noteField(field: HTMLInputElement | HTMLSelectElement): () => void {
	const { value } = field;
	const checked = isChecked(field);
	return () => {
		if (field.value === value && isChecked(field) === checked) return;
		field.value = value;
		if ('checked' in field) field.checked = checked;
		// What follows from it follows now.
		for (const name of ['input', 'change']) {
			field.dispatchEvent(new Event(name, { bubbles: true }));
		}
	};
}

const isChecked = (field: HTMLInputElement | HTMLSelectElement) =>
	'checked' in field && field.checked;
