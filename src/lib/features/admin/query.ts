import * as v from 'valibot';

/** A day as a date field sends it; anything else counts as none. Days are those of UTC. */
export const day = v.fallback(
	v.nullable(
		v.pipe(
			v.string(),
			v.isoDate(),
			v.check((typed) => !Number.isNaN(Date.parse(startOf(typed)))),
		),
	),
	null,
);

export function startOf(typed: string): string {
	return `${typed}T00:00:00Z`;
}

export function dayAfter(typed: string): string {
	return new Date(Date.parse(startOf(typed)) + 86_400_000).toISOString();
}

/** The parameters that the schema names. An empty field of a form is as good as none. */
export function readQuery(
	schema: { entries: Record<string, unknown> },
	params: URLSearchParams,
): Record<string, string | null> {
	return Object.fromEntries(
		Object.keys(schema.entries).map((name) => [name, params.get(name) || null]),
	);
}

/** Whether a form was sent by a browser without JavaScript, with the fields that nobody filled in. */
export function hasEmpty(params: URLSearchParams): boolean {
	return [...params.values()].includes('');
}

export function writeQuery(query: Record<string, string | number | null>): string {
	const set = Object.entries(query).flatMap(([name, value]) =>
		value === null || value === '' ? [] : [[name, String(value)]],
	);
	return new URLSearchParams(set).toString();
}
