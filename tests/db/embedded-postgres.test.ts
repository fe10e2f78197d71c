import { afterAll, describe, expect, it } from 'vitest';
import { call, makeDataFolder, startBackend } from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';

const server = await startPostgres();
const folder = makeDataFolder();
afterAll(async () => {
	await server?.stop();
	folder.remove();
});

describe.skipIf(!server)('the embedded backend on PostgreSQL', () => {
	it('keeps what an account is made with as JSON, so that the profile gets the name', async () => {
		const backend = await startBackend({ data: folder.data, databaseUrl: server?.url ?? '' });
		const email = 'ada@example.com';
		const data = { name: 'Ada Lovelace' };
		await call(backend, '/auth/v1/signup', {
			body: { email, password: 'correct horse battery', data },
		});
		await backend.stop();

		const rows = await server?.connect().unsafe(`
			select person.name, account.raw_user_meta_data ->> 'name' as "nameOfAccount"
			from public.users as person
			join auth.users as account using (id)`);
		expect(rows).toEqual([{ name: 'Ada Lovelace', nameOfAccount: 'Ada Lovelace' }]);
	});
});
