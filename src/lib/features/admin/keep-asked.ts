/**
 * For a form of questions: keeps what nobody asked out of the URL. `write` is how the list itself writes what was
 * asked.
 */
export function keepAsked(write: (params: URLSearchParams) => string) {
	return ({ formData }: FormDataEvent): void => {
		const fields = [...formData].map(([name, value]) => [name, String(value)]);
		const asked = new URLSearchParams(write(new URLSearchParams(fields)));
		for (const name of [...formData.keys()]) if (!asked.has(name)) formData.delete(name);
	};
}
