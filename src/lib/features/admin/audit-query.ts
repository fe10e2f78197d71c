import * as v from 'valibot';
import { day, readQuery, writeQuery } from './query.ts';
import { acts } from './words.ts';

const person = v.fallback(v.pipe(v.string(), v.trim(), v.toLowerCase(), v.maxLength(255)), '');
const line = v.fallback(
	v.nullable(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
	null,
);

/** What can be asked of the audit log; `actor` and `subject` are a whole email or an id. */
const schema = v.object({
	act: v.fallback(v.nullable(v.picklist(Object.keys(acts))), null),
	actor: person,
	subject: person,
	from: day,
	to: day,
	/** The lines older than this one, or those newer. */
	after: line,
	before: line,
});

export type AuditQuery = v.InferOutput<typeof schema>;

export function parseAuditQuery(params: URLSearchParams): AuditQuery {
	return v.parse(schema, readQuery(schema, params));
}

export function auditQueryString(query: AuditQuery, changes: Partial<AuditQuery> = {}): string {
	return writeQuery({ ...query, ...changes });
}
