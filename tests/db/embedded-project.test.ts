import { afterAll, describe, expect, it } from 'vitest';
import { makeDataFolder, startBackend } from '../support/backend.ts';
import { readFixture } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';

const server = await startPostgres({ superuser: 'supabase_admin' });
afterAll(() => server?.stop());

describe.skipIf(!server)('the embedded backend on the database of a Supabase project', () => {
	it('does not start, and has changed nobody’s rights', async () => {
		const { url = '', connect } = server ?? {};
		const sql = connect?.({ max: 1 });
		await sql?.unsafe(readFixture('hosted-roles.sql'));
		await sql?.unsafe(readFixture('hosted-auth.sql'));
		await sql?.unsafe('set role postgres; create table public.mine (id int); reset role;');
		const rights = () =>
			sql?.unsafe(`
				select relname, relacl::text from pg_class
				where relnamespace in ('auth'::regnamespace, 'public'::regnamespace)
				order by relname`);
		const before = await rights();

		const folder = makeDataFolder();
		const databaseUrl = url.replace('supabase_admin@', 'postgres@');
		await expect(startBackend({ data: folder.data, databaseUrl })).rejects.toThrow(
			'DATABASE_URL names the database of a Supabase project',
		);
		folder.remove();
		expect(await rights()).toEqual(before);
	});
});
