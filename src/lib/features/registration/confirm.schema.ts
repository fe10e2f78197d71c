import * as v from 'valibot';
import { next } from '../../credentials/credentials.schema.ts';

export const linkKinds = ['signup', 'magiclink', 'recovery', 'email_change', 'invite'] as const;
export type LinkKind = (typeof linkKinds)[number];

/** What a link in a mail carries. */
export const linkSchema = v.object({
	token_hash: v.pipe(v.string(), v.regex(/^[\w-]{8,200}$/, 'This link is not whole.')),
	type: v.picklist(linkKinds, 'This link is not whole.'),
	next,
});

export type Link = v.InferOutput<typeof linkSchema>;
