import { expect, test } from 'vitest';
import { auditQueryString, parseAuditQuery } from './audit-query.ts';

const parse = (query: string) => parseAuditQuery(new URLSearchParams(query));

test('a query of the log goes back to where it came from', () => {
	const query = 'act=suspended&actor=ada%40example.com&from=2026-01-01&after=12';
	expect(auditQueryString(parse(query))).toBe(query);
});

test.each(['act=nothing', 'from=now', 'after=1e9', 'before=-1', 'subject='])(
	'%s is as good as nothing',
	(query) => {
		expect(parse(query)).toEqual(parse(''));
	},
);
