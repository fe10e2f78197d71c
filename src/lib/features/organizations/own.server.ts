import { error, type RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';

const added = v.object({
	organizations: v.optional(
		v.array(v.object({ id: v.string(), name: v.string(), role: v.picklist(['owner', 'member']) })),
		[],
	),
});

export type Organization = v.InferOutput<typeof added>['organizations'][number];

/** One's own organizations by name. They came with the answer to who asks, so that they cost no call. */
export function listOwn({ locals }: Pick<RequestEvent, 'locals'>): Organization[] {
	return v.parse(added, locals.me).organizations;
}

/** One of one's own organizations, or the page that says that there is none. */
export function requireOwn(event: Pick<RequestEvent, 'locals'>, id: string): Organization {
	const organization = listOwn(event).find((each) => each.id === id.toLowerCase());
	return (
		organization ?? error(404, 'There is no such organization, or you are not a member any more.')
	);
}
