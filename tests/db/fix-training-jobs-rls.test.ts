import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
	attempt,
	attemptAs,
	attemptAsAnonymous,
	migrate,
	readFixture,
	type Engine,
	type Row,
	type TestDatabase,
} from '../support/database.ts';
import { startEngines } from '../support/engines.ts';

const script = readFileSync('supabase/fixes/fix_training_jobs_rls.sql', 'utf8');

for (const engine of await startEngines('fix_training_jobs_rls')) describeOn(engine);

function describeOn(engine: Engine): void {
	describe(`fix_training_jobs_rls on ${engine.name}`, () => {
		let database: TestDatabase;
		beforeEach(async () => {
			database = await engine.open();
		});
		afterEach(() => database.close());

		test('lets people start trainings of their own models, and of no others', async () => {
			await apply(database, 'tables');
			const ann = await addPerson(database);
			const bob = await addPerson(database);
			const start = (who: Person, model: string, as = who) =>
				attemptAs(
					database,
					who,
					`insert into public.training_jobs (user_id, model_id) values ('${as.sub}', '${model}') returning id`,
				);
			expect(await start(ann, ann.model)).toMatchObject({
				code: '42501',
				message: 'new row violates row-level security policy for table "training_jobs"',
			});

			const report = await fix(database);

			expect(report.at(-1)?.after).toBe(
				'People start trainings of their own models, and reach nothing of anybody else.',
			);
			expect(report).toContainEqual({
				what: 'people start a training of their own model?',
				before: 'no: 42501 new row violates row-level security policy for table "training_jobs"',
				after: 'yes',
			});
			expect((await start(ann, ann.model)).rows).toHaveLength(1);
			expect(await start(ann, bob.model)).toMatchObject({ code: '42501' });
			expect(await start(ann, ann.model, bob)).toMatchObject({ code: '42501' });
			expect((await attemptAs(database, bob, 'select * from public.training_jobs')).rows).toEqual(
				[],
			);
		});

		test('closes models that were open to everybody', async () => {
			await apply(database, 'tables');
			const ann = await addPerson(database);
			const bob = await addPerson(database);
			const rename = `update public.ai_models set name = 'Taken' where id = '${bob.model}' returning id`;
			const steal = `update public.ai_models set user_id = '${bob.sub}' where id = '${ann.model}'`;
			expect((await attemptAsAnonymous(database, rename)).rows).toHaveLength(1);
			expect((await attemptAs(database, ann, rename)).rows).toHaveLength(1);

			await fix(database);

			expect(await attemptAsAnonymous(database, rename)).toMatchObject({ code: '42501' });
			expect((await attemptAs(database, ann, rename)).rows).toHaveLength(0);
			expect(await attemptAs(database, ann, steal)).toMatchObject({ code: '42501' });
			expect((await attemptAs(database, bob, rename)).rows).toHaveLength(1);
		});

		test('replaces what lets everybody write, prints it, and keeps what does not', async () => {
			await apply(database, 'tables', 'generous');
			const ann = await addPerson(database);
			const bob = await addPerson(database);
			await database.run(
				`insert into public.training_jobs (user_id, model_id) values ('${bob.sub}', '${bob.model}')`,
			);
			const finish = `update public.training_jobs set status = 'done' returning id`;
			expect((await attemptAs(database, ann, finish)).rows).toHaveLength(1);

			const report = await fix(database);

			expect((await attemptAs(database, ann, finish)).rows).toHaveLength(0);
			expect((await attemptAs(database, bob, finish)).rows).toHaveLength(1);
			expect(report).toContainEqual({
				what: 'policy "Allow all" on public.training_jobs',
				before: expect.stringContaining('using (true) with check (true)'),
				after: 'dropped: replaced by those below',
			});
			const { rows } = await attempt(
				database,
				`select policyname as name from pg_policies where schemaname = 'public' and policyname not like 'fix\\_%' order by 1`,
			);
			expect(rows.map(({ name }) => name)).toEqual(['Models of my own', 'Workers']);
		});

		test('keeps all data, and does nothing the second time', async () => {
			await apply(database, 'tables', 'generous');
			const ann = await addPerson(database);
			await database.run(
				`insert into public.training_jobs (user_id, model_id) values ('${ann.sub}', '${ann.model}')`,
			);
			const data = `select (select jsonb_agg(m) from public.ai_models as m) as models,
				(select jsonb_agg(t) from public.training_jobs as t) as trainings,
				(select count(*)::integer from auth.users) as people`;
			const before = (await attempt(database, data)).rows;

			await fix(database);

			expect((await attempt(database, data)).rows).toEqual(before);
			const state = await snapshot(database);
			const second = await fix(database);
			expect(await snapshot(database)).toEqual(state);
			expect((await attempt(database, data)).rows).toEqual(before);
			const changes = second.filter((row) =>
				/^(made|dropped|granted|revoked|turned)/.test(String(row['after'])),
			);
			expect(changes).toEqual([]);
		});

		test('grants what a new project lacks', async () => {
			await apply(database, 'tables');
			await database.run(`
				revoke all on public.ai_models, public.training_jobs from anon, authenticated, service_role;
				revoke all on sequence public.training_jobs_id_seq from anon, authenticated, service_role;
			`);
			const ann = await addPerson(database);
			const start = `insert into public.training_jobs (user_id, model_id) values ('${ann.sub}', '${ann.model}')`;
			expect(await attemptAs(database, ann, start)).toMatchObject({
				code: '42501',
				message: 'permission denied for table training_jobs',
			});

			await fix(database);

			expect(await attemptAs(database, ann, start)).toMatchObject({ code: null });
			expect(await attemptAsAnonymous(database, start)).toMatchObject({ code: '42501' });
		});

		test('refuses a database without the tables, and Gatehouse’s own', async () => {
			expect(await attempt(database, script)).toMatchObject({
				code: 'P0001',
				message: expect.stringContaining('There are no tables public.ai_models'),
			});
			await database.run('rollback');
			await migrate(database);
			expect(await attempt(database, script)).toMatchObject({
				code: 'P0001',
				message: expect.stringContaining("Gatehouse's own schema"),
			});
			await database.run('rollback');
		});
	});
}

async function apply(database: TestDatabase, ...fixtures: string[]): Promise<void> {
	for (const name of fixtures) await database.run(readFixture(`seed-000-${name}.sql`));
}

/** Runs the script as the SQL editor does, and answers the table that it shows at the end. */
async function fix(database: TestDatabase): Promise<Row[]> {
	return (await database.run(script)).at(-1) ?? [];
}

type Person = { sub: string; model: string };

/** An account, and a model of theirs. */
async function addPerson(database: TestDatabase): Promise<Person> {
	const person = { sub: randomUUID(), model: randomUUID() };
	await database.runAsAuthServer(
		`insert into auth.users (id, email) values ('${person.sub}', '${person.sub}@example.com')`,
	);
	await database.run(
		`insert into public.ai_models (id, user_id, name, config) values ('${person.model}', '${person.sub}', 'Model', '{}')`,
	);
	return person;
}

/** Everything that a run of the script could change. */
async function snapshot(database: TestDatabase): Promise<Row[]> {
	const { rows } = await attempt(
		database,
		`select jsonb_build_object(
			'policies', (select jsonb_agg(p order by p.tablename, p.policyname) from pg_policies as p),
			'indexes', (select jsonb_agg(i order by i.indexname) from pg_indexes as i where i.schemaname = 'public'),
			'relations', (
				select jsonb_agg(concat_ws(' ', c.relname, c.relrowsecurity, (select array_agg(a order by a) from unnest(c.relacl::text[]) as a)) order by c.relname)
				from pg_class as c where c.relnamespace = 'public'::regnamespace
			)
		) as state`,
	);
	return rows;
}
