import { redirect, type RequestEvent } from '@sveltejs/kit';
import type * as v from 'valibot';
import { parseForm } from './forms.ts';
import { sayOnce, type Toast } from './toast.server.ts';

type Said = { kind?: Toast['kind']; text: string; to?: string };

/**
 * The action for one act: reads the form, does it, and says so on the page that comes next, which is the same one if
 * `to` names no other. `fields` says which refusals belong beside a field.
 */
export function act<
	Event extends RequestEvent,
	Schema extends v.GenericSchema & { entries: Record<string, unknown> },
>(
	schema: Schema,
	perform: (event: Event, data: v.InferOutput<Schema>) => Promise<Said>,
	fields: Record<string, string> = {},
) {
	return async (event: Event) => {
		const form = await parseForm(event, schema);
		if ('failure' in form) return form.failure;
		let said;
		try {
			said = await perform(event, form.data);
		} catch (problem) {
			return form.refuse(problem, fields);
		}
		// A toast is no place for a list: what is longer stands in the log and on people's pages.
		sayOnce(event, said.kind ?? 'success', said.text.slice(0, 500));
		redirect(303, said.to ?? event.url.pathname);
	};
}
