/** What a person asks for many times at the same moment, each over a connection of its own, as the data API has them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type postgres from 'postgres';
import { migrate, readFixture } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const server = await startPostgres({ superuser: 'supabase_admin' });
await server?.connect({ max: 1 }).unsafe(readFixture('hosted-roles.sql'));
afterAll(() => server?.stop());

describe.skipIf(!server)('cards, on PostgreSQL in the shape of a hosted project', () => {
	const database = 'studio_race';
	let owner: postgres.Sql;
	let api: postgres.Sql;

	beforeAll(async () => {
		if (!server) throw new Error('There is no PostgreSQL on this machine.');
		await server.connect({ max: 1 }).unsafe(`create database ${database}`);
		await server.connect({ database, max: 1 }).unsafe(readFixture('hosted-auth.sql'));
		owner = server.connect({ database, user: 'postgres', max: 2 });
		api = server.connect({ database, user: 'authenticator', max: 20 });
		await migrate({ run: async (script) => [Array.from(await owner.unsafe(script))] });
	});

	afterAll(() => Promise.all([owner?.end({ timeout: 0 }), api?.end({ timeout: 0 })]));

	/** What comes of an ask with the secret key: nothing is said of success, a refusal has its hint. */
	async function ask(userId: string): Promise<string> {
		try {
			await api.begin(async (sql) => {
				await sql`select set_config('role', 'service_role', true)`;
				await sql`select public.create_studio_job(${userId}, 'A card', '{}')`;
			});
			return 'done';
		} catch (error) {
			if (error instanceof Error && 'hint' in error) return String(error.hint);
			throw error;
		}
	}

	test('of twelve asked for at once, five are made', async () => {
		const [person] = await owner<{ id: string }[]>`
			insert into auth.users (id, email, email_confirmed_at, created_at)
			values (gen_random_uuid(), 'ann@tests.example', now(), now()) returning id`;
		const id = person?.id ?? '';

		// Holds everybody at the lock until all have come, so that they really meet.
		const gate = await owner.reserve();
		await gate`begin`;
		await gate`select from public.users where id = ${id} for no key update`;
		const asked = Array.from({ length: 12 }, () => ask(id));
		await until('all to wait', async () => {
			const waiting = await owner`select from pg_locks where not granted`;
			return waiting.length >= asked.length;
		});
		await gate`commit`;
		gate.release();

		expect((await Promise.all(asked)).sort()).toEqual([
			...Array<string>(5).fill('done'),
			...Array<string>(7).fill('too_many_cards'),
		]);
		expect(await owner`select from public.studio_jobs`).toHaveLength(5);
		expect(await owner`select from private.jobs where kind = 'studio.card'`).toHaveLength(5);
	});
});
