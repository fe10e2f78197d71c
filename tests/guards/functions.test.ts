import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const files = globSync('{supabase,tests}/**/*.sql').filter(
	// What others made: the auth server, and projects that have the old faults.
	(file) => !/fixtures.(hosted|seed)-/.test(file),
);
const functions = files.flatMap((file) =>
	[
		...readFileSync(file, 'utf8').matchAll(
			/create (or replace )?function\s+([\w.]+)[\s\S]*?\$(\w*)\$/g,
		),
	].map(([head, , name]) => ({ file, name, head })),
);

test('every function in SQL pins its search_path, those of the tests too', () => {
	expect(functions.length).toBeGreaterThan(100);
	// Those in pg_temp are gone with the script, and try things with the search path that the project has.
	const lasting = functions.filter(({ name }) => !name?.startsWith('pg_temp.'));
	const open = lasting.filter(({ head }) => !/set search_path = /.test(head));
	expect(open.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
