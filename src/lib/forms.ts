import { fail, type ActionFailure } from '@sveltejs/kit';
import * as v from 'valibot';
import { AppError } from './errors.ts';

/** What a refused form shows: what was typed (never a password), and what is wrong with it, field by field. */
export type Refused = {
	values: Partial<Record<string, string>>;
	errors: Partial<Record<string, string>>;
	/** What is wrong with the form as a whole. */
	message: string | null;
};

type Schema = v.GenericSchema & { entries: Record<string, unknown> };

type Form<Data> =
	| { failure: ActionFailure<Refused> }
	| {
			data: Data;
			/** The file of a field; null when none was chosen. */
			file(name: string): File | null;
			/**
			 * Answers an AppError on the form itself; anything else is thrown on. `fields` says which codes belong
			 * beside a field.
			 */
			refuse(problem: unknown, fields?: Partial<Record<string, string>>): ActionFailure<Refused>;
	  };

/** Longer text than this is not shown again: nobody typed it. */
const shownAgain = 1000;

/**
 * Reads the fields that the schema names, and no others. What is missing, or a file, counts as empty: so a schema needs
 * a message for an empty field, and none for those.
 */
export async function parseForm<S extends Schema>(
	{ request, locals }: { request: Request; locals: Pick<App.Locals, 'log'> },
	schema: S,
): Promise<Form<v.InferOutput<S>>> {
	const body = await readBody(request);
	if (!body) {
		const message = 'The form arrived damaged. Please send it again.';
		return { failure: fail(400, { values: {}, errors: {}, message }) };
	}
	const input = Object.fromEntries(
		Object.keys(schema.entries).map((name) => {
			const value = body.get(name);
			return [name, typeof value === 'string' ? value : ''];
		}),
	);
	const values = Object.fromEntries(
		Object.entries(input).filter(
			([name, value]) => !name.includes('password') && value.length <= shownAgain,
		),
	);

	const parsed = v.safeParse(schema, input, { abortPipeEarly: true });
	if (!parsed.success) {
		const { nested = {}, root } = v.flatten(parsed.issues);
		const errors = Object.fromEntries(
			Object.entries(nested).map(([name, messages]) => [name, messages?.[0]]),
		);
		return { failure: fail(400, { values, errors, message: root?.[0] ?? null }) };
	}
	return {
		data: parsed.output,
		file(name) {
			const sent = body.get(name);
			return sent instanceof File && sent.size > 0 ? sent : null;
		},
		refuse(problem, fields = {}) {
			if (!(problem instanceof AppError)) throw problem;
			const { code, status, message, upstream } = problem;
			locals.log[status >= 500 ? 'error' : 'info']({
				event: 'form.refused',
				code,
				status,
				upstream,
			});
			const field = fields[code];
			return fail(
				status,
				field
					? { values, errors: { [field]: message }, message: null }
					: { values, errors: {}, message },
			);
		},
	};
}

async function readBody(request: Request): Promise<FormData | null> {
	try {
		return await request.formData();
	} catch (problem) {
		// Cut off, or not what its header says. A body that is too large is Kit's own error, and answered as such.
		if (problem instanceof TypeError) return null;
		throw problem;
	}
}
