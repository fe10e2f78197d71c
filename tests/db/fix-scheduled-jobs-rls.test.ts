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
	type Outcome,
	type Row,
	type TestDatabase,
} from '../support/database.ts';
import { startEngines } from '../support/engines.ts';

const fixScript = readFileSync('supabase/fixes/fix_scheduled_jobs_rls.sql', 'utf8');
const tableScript = readFileSync('supabase/fixes/scheduled_jobs_table.sql', 'utf8');

const whole =
	'Members start jobs in their organization, always under their own name, and reach nothing of any other.';
const refused = 'new row violates row-level security policy for table "scheduled_jobs"';

for (const engine of await startEngines('fix_scheduled_jobs_rls')) describeOn(engine);

function describeOn(engine: Engine): void {
	describe(`the scripts for scheduled_jobs on ${engine.name}`, () => {
		let database: TestDatabase;
		beforeEach(async () => {
			database = await engine.open();
		});
		afterEach(() => database.close());

		/** An insert as the app of the seed sends it. */
		const start = (
			who: Person,
			{ place = who.place, as }: { place?: string; as?: string | null | undefined } = {},
		) =>
			attemptAs(
				database,
				who,
				as === undefined
					? `insert into public.scheduled_jobs (organization_id, job_type) values ('${place}', 'import') returning created_by`
					: `insert into public.scheduled_jobs (organization_id, job_type, created_by) values ('${place}', 'import', ${as ? `'${as}'` : 'null'}) returning created_by`,
			);

		const expectMended = async () => {
			const ann = await addPerson(database);
			const amy = await addPerson(database, ann.place);
			const bob = await addPerson(database);
			const made = (outcome: Outcome) => [
				outcome.code,
				outcome.rows.map((row) => row['created_by']),
			];
			// Whatever the app says, and when it says nothing, the author is who asked.
			for (const as of [undefined, null, ann.sub, amy.sub, bob.sub, randomUUID()]) {
				expect(made(await start(ann, { as }))).toEqual([null, [ann.sub]]);
			}
			expect(await start(ann, { place: bob.place })).toMatchObject({
				code: '42501',
				message: refused,
			});
			expect(await start({ ...ann, sub: randomUUID() })).toMatchObject({ code: '42501' });
			expect(
				await attemptAsAnonymous(
					database,
					`insert into public.scheduled_jobs (organization_id, job_type) values ('${ann.place}', 'import')`,
				),
			).toMatchObject({ code: '42501' });

			const of = `where organization_id = '${ann.place}'`;
			const touched = async (who: Person, statement: string) => {
				const { code, rows } = await attemptAs(database, who, statement);
				return code ?? rows.length;
			};
			expect(await touched(amy, `select id from public.scheduled_jobs ${of}`)).toBe(6);
			expect(await touched(bob, `select id from public.scheduled_jobs ${of}`)).toBe(0);
			const run = `update public.scheduled_jobs set status = 'running' ${of} returning id`;
			expect(await touched(amy, run)).toBe(6);
			expect(await touched(bob, run)).toBe(0);
			const forge = `update public.scheduled_jobs set created_by = '${amy.sub}' ${of} returning id`;
			expect(await touched(amy, forge)).toBe('42501');
			const handOver = `update public.scheduled_jobs set organization_id = '${bob.place}' ${of} returning id`;
			expect(await touched(ann, handOver)).toBe('42501');
			const remove = `delete from public.scheduled_jobs ${of} returning id`;
			expect(await touched(bob, remove)).toBe(0);
			expect(await touched(amy, remove)).toBe(0);
			expect(await touched(ann, remove)).toBe(6);
		};

		test('mend the policy that refuses the app, and keep the author true', async () => {
			await apply(database, 'organizations', 'strict');
			const ann = await addPerson(database);
			const another = await addPerson(database);
			// What the seed meets: the author that the app holds is not the one that the auth server knows.
			expect(await start(ann, { as: another.sub })).toMatchObject({
				code: '42501',
				message: refused,
			});
			expect(await start(ann)).toMatchObject({ code: '42501', message: refused });
			expect(await start(ann, { as: ann.sub })).toMatchObject({ code: null });

			const report = await run(database, fixScript);

			expect(report.at(-1)?.after).toBe(whole);
			expect(report).toContainEqual({
				what: 'they do when the app says nobody as the author?',
				before: `no: 42501 ${refused}`,
				after: 'yes',
			});
			expect(report).toContainEqual({
				what: 'policy "Users can create jobs in their organization" on public.scheduled_jobs',
				before: expect.stringContaining('created_by = auth.uid()'),
				after: 'dropped: replaced by those below',
			});
			await expectMended();
		});

		test('take back what the loosened policy gave: the author forged, and everything to everybody', async () => {
			await apply(database, 'organizations', 'strict', 'loosened');
			const ann = await addPerson(database);
			const amy = await addPerson(database, ann.place);
			const bob = await addPerson(database);
			expect((await start(ann, { as: amy.sub })).rows).toEqual([{ created_by: amy.sub }]);
			expect((await start(ann, { place: bob.place, as: bob.sub })).code).toBe(null);
			await database.run('delete from public.scheduled_jobs');

			const report = await run(database, fixScript);

			expect(report.at(-1)?.after).toBe(whole);
			expect(report).toContainEqual({
				what: 'a member can start a job in the name of another?',
				before: 'yes',
				after: expect.stringContaining('no: '),
			});
			await expectMended();
			const { rows } = await attempt(
				database,
				`select policyname as name from pg_policies where schemaname = 'public' and tablename = 'scheduled_jobs' and policyname not like 'fix\\_%' order by 1`,
			);
			expect(rows.map(({ name }) => name)).toEqual([
				'Users can view jobs in their organization',
				'Workers',
			]);
		});

		test('mend it also where a person cannot read their own profile', async () => {
			await apply(database, 'organizations', 'strict');
			await database.run('drop policy "Users can view own profile" on public.profiles');
			const ann = await addPerson(database);
			expect(await start(ann, { as: ann.sub })).toMatchObject({ code: '42501', message: refused });

			await run(database, fixScript);

			await expectMended();
		});

		test('make the table where it is missing, as it should be', async () => {
			await apply(database, 'organizations');
			const ann = await addPerson(database);
			expect(await start(ann)).toMatchObject({ code: '42P01' });

			const report = await run(database, tableScript);

			expect(report).toContainEqual({
				what: 'table public.scheduled_jobs',
				before: 'missing',
				after: 'made',
			});
			await expectMended();
			const state = await snapshot(database);
			const second = await run(database, tableScript);
			expect(second.map((row) => row['after'])).toEqual([
				'left as it is: fix_scheduled_jobs_rls.sql mends its policies',
			]);
			const fixed = await run(database, fixScript);
			expect(changes(fixed)).toEqual([]);
			expect(fixed.at(-1)?.after).toBe(whole);
			expect(await snapshot(database)).toEqual(state);
		});

		test('leave a table that is there to the other script', async () => {
			await apply(database, 'organizations', 'strict');
			const state = await snapshot(database);
			await run(database, tableScript);
			expect(await snapshot(database)).toEqual(state);
		});

		test('make it for organizations whose ids are numbers, and refer to no table', async () => {
			await apply(database, 'organizations');
			await database.run(`
				alter table public.profiles drop column organization_id;
				alter table public.profiles add column organization_id bigint;
				drop table public.organizations;
				create publication supabase_realtime;
			`);
			const report = await run(database, tableScript);
			expect(report.at(0)?.after).toBe('made');
			const published = `select tablename from pg_publication_tables where pubname = 'supabase_realtime'`;
			expect((await attempt(database, published)).rows).toEqual([{ tablename: 'scheduled_jobs' }]);
			expect((await run(database, fixScript)).at(-1)?.after).toBe(whole);
		});

		test('keep all data, and do nothing the second time', async () => {
			await apply(database, 'organizations', 'strict', 'loosened');
			const ann = await addPerson(database);
			await database.run(
				`insert into public.scheduled_jobs (organization_id, job_type, created_by, payload) values ('${ann.place}', 'import', null, '{"rows": 1000}')`,
			);
			const data = `select (select jsonb_agg(j) from public.scheduled_jobs as j) as jobs,
				(select jsonb_agg(p) from public.profiles as p) as profiles,
				(select jsonb_agg(o) from public.organizations as o) as organizations,
				(select count(*)::integer from auth.users) as people`;
			const before = (await attempt(database, data)).rows;

			await run(database, fixScript);

			expect((await attempt(database, data)).rows).toEqual(before);
			const state = await snapshot(database);
			const second = await run(database, fixScript);
			expect(await snapshot(database)).toEqual(state);
			expect((await attempt(database, data)).rows).toEqual(before);
			expect(changes(second)).toEqual([]);
		});

		test('grant what a new project lacks, and widen no list of columns', async () => {
			await apply(database, 'organizations', 'strict');
			await database.run(`
				revoke all on public.scheduled_jobs from anon, authenticated, service_role;
				grant update (status, created_by) on public.scheduled_jobs to authenticated;
			`);
			const ann = await addPerson(database);
			expect(await start(ann)).toMatchObject({
				code: '42501',
				message: 'permission denied for table scheduled_jobs',
			});

			await run(database, fixScript);

			await expectMended();
			expect(
				await attemptAs(database, ann, `update public.scheduled_jobs set progress = 1`),
			).toMatchObject({ code: '42501' });
		});

		test('say so where everybody may write the organization into their own profile', async () => {
			await apply(database, 'organizations', 'strict');
			await database.run(
				'create policy "Users can update own profile" on public.profiles for update using (auth.uid() = id)',
			);
			expect(await run(database, fixScript)).toContainEqual({
				what: 'people write the organization in their own profile',
				before: 'yes',
				after: expect.stringContaining('left as it is'),
			});
		});

		test('refuse a database without what they need, and Gatehouse’s own', async () => {
			const expectRefusal = async (script: string, message: string) => {
				expect(await attempt(database, script)).toMatchObject({
					code: 'P0001',
					message: expect.stringContaining(message),
				});
				await database.run('rollback');
			};
			await expectRefusal(fixScript, 'run scheduled_jobs_table.sql');
			await expectRefusal(tableScript, 'There is no table public.profiles');
			await migrate(database);
			await expectRefusal(fixScript, "Gatehouse's own schema");
			await expectRefusal(tableScript, "Gatehouse's own schema");
		});
	});
}

async function apply(database: TestDatabase, ...fixtures: string[]): Promise<void> {
	for (const name of fixtures) await database.run(readFixture(`seed-001-${name}.sql`));
}

/** Runs a script as the SQL editor does, and answers the table that it shows at the end. */
async function run(database: TestDatabase, script: string): Promise<Row[]> {
	return (await database.run(script)).at(-1) ?? [];
}

function changes(report: Row[]): Row[] {
	return report.filter((row) =>
		/^(made|dropped|granted|revoked|turned|added)/.test(String(row['after'])),
	);
}

type Person = { sub: string; place: string };

/** An account whose profile names an organization: a new one, or that of another. */
async function addPerson(database: TestDatabase, colleaguesPlace?: string): Promise<Person> {
	const person = { sub: randomUUID(), place: colleaguesPlace ?? randomUUID() };
	await database.runAsAuthServer(
		`insert into auth.users (id, email) values ('${person.sub}', '${person.sub}@example.com')`,
	);
	await database.run(`
		insert into public.organizations (id, name) values ('${person.place}', 'Place') on conflict do nothing;
		insert into public.profiles (id, organization_id) values ('${person.sub}', '${person.place}');
	`);
	return person;
}

/** Everything that a run of the scripts could change. */
async function snapshot(database: TestDatabase): Promise<Row[]> {
	const { rows } = await attempt(
		database,
		`select jsonb_build_object(
			'policies', (select jsonb_agg(p order by p.tablename, p.policyname) from pg_policies as p),
			'indexes', (select jsonb_agg(i order by i.indexname) from pg_indexes as i where i.schemaname = 'public'),
			'triggers', (
				select jsonb_agg(pg_get_triggerdef(t.oid) order by t.tgname) from pg_trigger as t
				where t.tgrelid = 'public.scheduled_jobs'::regclass and not t.tgisinternal
			),
			'columns', (
				select jsonb_agg(concat_ws(' ', a.attname, a.attacl::text, pg_get_expr(d.adbin, d.adrelid)) order by a.attnum)
				from pg_attribute as a left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
				where a.attrelid = 'public.scheduled_jobs'::regclass and a.attnum > 0
			),
			'functions', (
				select jsonb_agg(concat_ws(' ', p.oid, p.proacl::text) order by p.oid) from pg_proc as p
				where p.pronamespace = (select oid from pg_namespace where nspname = 'private')
			),
			'relations', (
				select jsonb_agg(concat_ws(' ', c.relname, c.relrowsecurity, (select array_agg(a order by a) from unnest(c.relacl::text[]) as a)) order by c.relname)
				from pg_class as c where c.relnamespace = 'public'::regnamespace
			)
		) as state`,
	);
	return rows;
}
