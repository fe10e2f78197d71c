/**
 * The queue, the outbox and the notifications are empty most of the time. When PostgreSQL has tidied up such a table, its
 * planner believes that it has one row, and goes on believing that while thousands come at once.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, type Engine, type TestDatabase } from '../support/database.ts';
import { startEngines } from '../support/engines.ts';

for (const engine of await startEngines('emptied tables')) describeOn(engine);

function describeOn(engine: Engine): void {
	describe(`where thousands of rows were, on ${engine.name}`, () => {
		let database: TestDatabase;
		beforeAll(async () => {
			database = await engine.open();
			await migrate(database);
			await database.run(readFileSync('supabase/tests/000_helpers.sql', 'utf8'));
			await database.run(`select tests.make_person('ann'), tests.make_person('bob')`);
		});
		afterAll(() => database.close());

		test('each of 300 events reads a few others', async () => {
			const tell = (count: number) =>
				`select private.tell(tests.id_of('ann'), 'x', null) from generate_series(1, ${count})`;
			await emptyOut('private.events', tell(3000));
			expect(await countRead('private.events', tell(300))).toBeLessThan(300 * 50);
		});

		test('each of 300 notifications reads those that one person has, and no more', async () => {
			const notify = (count: number) =>
				`select private.notify(tests.id_of('ann'), 'training.done') from generate_series(1, ${count})`;
			await emptyOut('public.notifications', notify(400));
			expect(await countRead('public.notifications', notify(300))).toBeLessThan(300 * 350);
		});

		test('a worker who takes ten of 3,000 jobs reads a few others', async () => {
			const enqueue = `
				insert into private.jobs (kind, subject_id, owner_id, attempts)
				select 'models.train', gen_random_uuid(), tests.id_of('ann'), case when n % 100 = 0 then 5 else 0 end
				from generate_series(1, 3000) as n`;
			await emptyOut('private.jobs', enqueue);
			const claim = `select public.claim_jobs('worker', array['models.train'], 10, 15)`;
			expect(await countRead('private.jobs', claim, enqueue)).toBeLessThan(1000);
		});

		/** Fills the table, empties it, and has it tidied up. */
		async function emptyOut(table: string, fill: string): Promise<void> {
			await database.run(fill);
			await database.run(`delete from ${table}`);
			await database.run(`vacuum (truncate false, analyze) ${table}`);
		}

		/** How many rows of the table a statement reads. */
		async function countRead(table: string, statement: string, before = ''): Promise<number> {
			const count = `
				select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables
				where relid = '${table}'::regclass`;
			const results = await database.run(`begin; ${before}; ${count}; ${statement}; ${count}`);
			await database.run('rollback');
			const [first, last] = results.flat().filter((row) => 'read' in row);
			return Number(last?.['read']) - Number(first?.['read']);
		}
	});
}
