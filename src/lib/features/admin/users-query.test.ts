import { describe, expect, test } from 'vitest';
import { parseUsersQuery, sortedBy, usersArguments, usersQueryString } from './users-query.ts';

const parse = (query: string) => parseUsersQuery(new URLSearchParams(query));
const cursor = '0b8f2f0e-7f0a-4b7e-9a52-0c1d2e3f4a5b:ada';

describe('the list in a URL', () => {
	test('asks for nothing by itself: the newest come first', () => {
		expect(usersArguments(parse(''), 25)).toEqual({
			sort: 'created_at',
			descending: true,
			page_size: 25,
		});
		expect(usersQueryString(parse(''))).toBe('');
	});

	test('becomes the arguments of the database', () => {
		const query = parse(
			'q=+ada+&role=admin&confirmed=no&suspended=yes&profile=no&provider=google&from=2026-01-01&to=2026-01-31&sort=name',
		);
		expect(usersArguments(query, 50)).toEqual({
			search: 'ada',
			role: 'admin',
			confirmed: false,
			suspended: true,
			has_profile: false,
			provider: 'google',
			created_from: '2026-01-01T00:00:00Z',
			created_to: '2026-02-01T00:00:00.000Z',
			sort: 'name',
			descending: false,
			page_size: 50,
		});
	});

	test.each([
		'role=owner',
		'confirmed=maybe',
		'provider=a%27b',
		'from=yesterday',
		'to=2026-02-40',
		'sort=password',
		'after=x',
		'role=&q=',
	])('%s is as good as nothing', (query) => {
		expect(parse(query)).toEqual(parse(''));
	});

	test('goes back to where it came from', () => {
		const query = new URLSearchParams({ q: 'a&b', sort: 'email', order: 'desc', after: cursor });
		expect(usersQueryString(parseUsersQuery(query))).toBe(query.toString());
	});

	test('leaves out what holds anyway', () => {
		expect(usersQueryString(parse('sort=created_at&order=desc'))).toBe('');
		expect(usersQueryString(parse('sort=name&order=asc'))).toBe('sort=name');
		expect(usersQueryString(parse('sort=created_at&order=asc'))).toBe('sort=created_at&order=asc');
	});

	test('reads backward from a cursor before it', () => {
		expect(usersArguments(parse(`before=${cursor}`), 25)).toMatchObject({ cursor, backward: true });
	});
});

describe('the heading of a column', () => {
	test('sorts by it from the first page on', () => {
		expect(sortedBy(parse(`q=ada&after=${cursor}`), 'name')).toBe('q=ada&sort=name');
	});

	test('turns the order round when it is sorted by it already', () => {
		expect(sortedBy(parse('sort=name'), 'name')).toBe('sort=name&order=desc');
		expect(sortedBy(parse(''), 'created_at')).toBe('sort=created_at&order=asc');
	});
});
