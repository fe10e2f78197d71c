/** What happens to a person while their training is being started, over two connections. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type postgres from 'postgres';
import { migrate, readFixture } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const server = await startPostgres({ superuser: 'supabase_admin' });
await server?.connect({ max: 1 }).unsafe(readFixture('hosted-roles.sql'));
afterAll(() => server?.stop());

describe.skipIf(!server)('a training, on PostgreSQL in the shape of a hosted project', () => {
	const database = 'training_race';
	let owner: postgres.Sql;
	let api: postgres.Sql;
	let person: { id: string; session: string; dataset: string; model: string };

	beforeAll(async () => {
		if (!server) throw new Error('There is no PostgreSQL on this machine.');
		await server.connect({ max: 1 }).unsafe(`create database ${database}`);
		await server.connect({ database, max: 1 }).unsafe(readFixture('hosted-auth.sql'));
		owner = server.connect({ database, user: 'postgres', max: 2 });
		api = server.connect({ database, user: 'authenticator', max: 2 });
		await migrate({ run: async (script) => [Array.from(await owner.unsafe(script))] });
	});

	beforeEach(async () => {
		const [made] = await owner<(typeof person)[]>`
			with account as (
				insert into auth.users (id, email, email_confirmed_at, created_at)
				values (gen_random_uuid(), gen_random_uuid() || '@tests.example', now(), now()) returning id
			), session as (
				insert into auth.sessions (id, user_id) select gen_random_uuid(), id from account returning id
			), dataset as (
				insert into public.datasets (user_id, name, content, columns, row_count)
				select id, 'Flowers', 'a,b', '[]', 1 from account returning *
			), model as (
				insert into public.ai_models (user_id, name, target, dataset_id)
				select user_id, 'Kinds', 'b', id from dataset returning *
			)
			select model.user_id as id, session.id as session, model.dataset_id as dataset, model.id as model
			from session, model`;
		if (!made) throw new Error('Nobody was made.');
		person = made;
	});

	afterAll(() => Promise.all([owner?.end({ timeout: 0 }), api?.end({ timeout: 0 })]));

	/** Two at once, as a list sent to the data API: nothing is said of success, a refusal has its code. */
	async function start(): Promise<string> {
		const claims = JSON.stringify({ sub: person.id, session_id: person.session });
		try {
			await api.begin(async (sql) => {
				await sql`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
				await sql`insert into public.training_jobs (model_id) select ${person.model} from generate_series(1, 2)`;
			});
			return 'started';
		} catch (error) {
			if (error instanceof Error && 'code' in error) return String(error.code);
			throw error;
		}
	}

	/** Does this while the first of the two waits for its place. */
	async function startWhile(change: (sql: postgres.Sql) => Promise<unknown>): Promise<string> {
		const gate = await owner.reserve();
		await gate`begin`;
		await gate`select pg_advisory_xact_lock(hashtextextended('private.limit_models ' || ${person.id}, 0))`;
		const started = start();
		await until('it to wait', async () => {
			const waiting = await owner`select from pg_locks where not granted`;
			return waiting.length > 0;
		});
		await change(owner);
		await gate`commit`;
		gate.release();
		return started;
	}

	const left = () => owner`
		select from public.training_jobs where user_id = ${person.id}
		union all select from private.jobs where owner_id = ${person.id}`;

	test('starts when nothing happens meanwhile', async () => {
		expect(await startWhile(async () => undefined)).toBe('started');
		expect(await left()).toHaveLength(4);
	});

	test('is not started for who is suspended meanwhile', async () => {
		const code = await startWhile(
			(sql) => sql`update public.users set suspended_at = now() where id = ${person.id}`,
		);
		expect(code).toBe('42501');
		expect(await left()).toHaveLength(0);
	});

	test('is not started for who is signed out meanwhile', async () => {
		const code = await startWhile(
			(sql) => sql`delete from auth.sessions where id = ${person.session}`,
		);
		expect(code).toBe('42501');
		expect(await left()).toHaveLength(0);
	});

	test('is not started on a dataset that is deleted meanwhile', async () => {
		const code = await startWhile(
			(sql) => sql`delete from public.datasets where id = ${person.dataset}`,
		);
		expect(['23503', 'PT409']).toContain(code);
		expect(await left()).toHaveLength(0);
	});
});
