import * as v from 'valibot';
import { day, dayAfter, readQuery, startOf, writeQuery } from './query.ts';

export const sorts = ['created_at', 'last_sign_in_at', 'name', 'email'] as const;
export type Sort = (typeof sorts)[number];

const yesOrNo = v.fallback(v.nullable(v.picklist(['yes', 'no'])), null);
const cursor = v.fallback(v.nullable(v.pipe(v.string(), v.regex(/^[\da-f-]{36}:/))), null);

/** What can be asked of the list of users, under the names that stand in the URL. What makes no sense counts as not asked. */
const schema = v.object({
	q: v.fallback(v.pipe(v.string(), v.trim(), v.maxLength(200)), ''),
	role: v.fallback(v.nullable(v.picklist(['user', 'admin'])), null),
	confirmed: yesOrNo,
	suspended: yesOrNo,
	profile: yesOrNo,
	provider: v.fallback(v.nullable(v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/))), null),
	from: day,
	to: day,
	sort: v.fallback(v.picklist(sorts), 'created_at'),
	order: v.fallback(v.nullable(v.picklist(['asc', 'desc'])), null),
	after: cursor,
	before: cursor,
});

export type UsersQuery = v.InferOutput<typeof schema>;

export function parseUsersQuery(params: URLSearchParams): UsersQuery {
	return v.parse(schema, readQuery(schema, params));
}

/** The URL's query for this list, with other answers to some of its questions. */
export function usersQueryString(query: UsersQuery, changes: Partial<UsersQuery> = {}): string {
	const wanted = { ...query, ...changes };
	const usual = isDescending(wanted) === isDescending({ sort: wanted.sort, order: null });
	const order = usual ? null : wanted.order;
	const sort = wanted.sort === 'created_at' && !order ? null : wanted.sort;
	return writeQuery({ ...wanted, sort, order });
}

/** Times begin with the newest, names with A. */
export function isDescending({ sort, order }: Pick<UsersQuery, 'sort' | 'order'>): boolean {
	return order ? order === 'desc' : sort === 'created_at' || sort === 'last_sign_in_at';
}

/** The query behind a column's heading: in its order, or the other way round when that is the order already. */
export function sortedBy(query: UsersQuery, sort: Sort): string {
	const order = query.sort === sort ? (isDescending(query) ? 'asc' : 'desc') : null;
	return usersQueryString(query, { sort, order, after: null, before: null });
}

export function countFilters(query: UsersQuery): number {
	const { role, confirmed, suspended, profile, provider, from, to } = query;
	return [role, confirmed, suspended, profile, provider, from, to].filter(Boolean).length;
}

/** The same as arguments of admin_list_users(). */
export function usersArguments(query: UsersQuery, pageSize: number) {
	const { q, role, provider, from, to, after, before } = query;
	return {
		sort: query.sort,
		descending: isDescending(query),
		page_size: pageSize,
		...(q && { search: q }),
		...(role && { role }),
		...(query.confirmed && { confirmed: query.confirmed === 'yes' }),
		...(query.suspended && { suspended: query.suspended === 'yes' }),
		...(query.profile && { has_profile: query.profile === 'yes' }),
		...(provider && { provider }),
		...(from && { created_from: startOf(from) }),
		...(to && { created_to: dayAfter(to) }),
		...(after ? { cursor: after } : before && { cursor: before, backward: true }),
	};
}
