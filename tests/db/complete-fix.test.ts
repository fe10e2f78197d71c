import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
	attempt,
	attemptAs,
	attemptAsAuthServer,
	migrate,
	readFixture,
	type Engine,
	type Row,
	type TestDatabase,
} from '../support/database.ts';
import { startEngines } from '../support/engines.ts';

const script = readFileSync('supabase/COMPLETE_FIX.sql', 'utf8');

const [embedded, hosted] = await startEngines('COMPLETE_FIX');
describeOn(embedded);
if (hosted) {
	describeOn(hosted);
	describeShape(hosted);
}

function describeOn(engine: Engine): void {
	describe(`COMPLETE_FIX on ${engine.name}`, () => {
		let database: TestDatabase;
		beforeEach(async () => {
			database = await engine.open();
		});
		afterEach(() => database.close());

		test('ends the recursion of policies that read their own table', async () => {
			await apply(database, 'table', 'recursion');
			const ann = await addPerson(database, 'Ann');
			const boss = await addPerson(database, 'Boss', 'admin');
			expect(await attemptAs(database, ann, 'select * from public.users')).toMatchObject({
				code: '42P17',
				message: 'infinite recursion detected in policy for relation "users"',
			});

			await fix(database);

			const names = 'select name from public.users order by name';
			expect((await attemptAs(database, ann, names)).rows).toEqual([{ name: 'Ann' }]);
			expect((await attemptAs(database, boss, names)).rows).toHaveLength(2);
		});

		test('keeps what admins were meant to do, and keeps it from everybody else', async () => {
			await apply(database, 'table', 'recursion');
			const ann = await addPerson(database, 'Ann');
			const bob = await addPerson(database, 'Bob');
			const boss = await addPerson(database, 'Boss', 'admin');

			await fix(database);

			const rename = `update public.users set company = 'Acme' where id = '${ann.sub}' returning id`;
			expect((await attemptAs(database, bob, rename)).rows).toHaveLength(0);
			expect((await attemptAs(database, boss, rename)).rows).toHaveLength(1);
			const promote = `update public.users set role = 'admin' where id = '${ann.sub}' returning id`;
			expect((await attemptAs(database, boss, promote)).rows).toHaveLength(1);
			const remove = `delete from public.users where name = 'Bob' returning id`;
			expect((await attemptAs(database, bob, remove)).rows).toHaveLength(0);
			expect((await attemptAs(database, boss, remove)).rows).toHaveLength(1);
		});

		test('lets the fallback try its insert again', async () => {
			await apply(database, 'table', 'blocking-insert');
			const ann = await addPerson(database, 'Ann');
			const retry = `insert into public.users (id, email, name)
				values ('${ann.sub}', 'Ann@example.com', 'Ann') on conflict (id) do nothing`;
			expect(await attemptAs(database, ann, retry)).toMatchObject({
				code: '42501',
				message: 'new row violates row-level security policy for table "users"',
			});

			await fix(database);

			expect(await attemptAs(database, ann, retry)).toMatchObject({ code: null });
			expect(await attempt(database, 'select * from public.users')).toMatchObject({
				rows: [{ name: 'Ann', role: 'user' }],
			});
		});

		test('makes the policy for the fallback where there is none', async () => {
			await apply(database, 'table');
			const ann = await addAccount(database, { name: 'Ann' });
			const insert = `insert into public.users (id, email, name, role)
				values ('${ann.sub}', 'ann@example.com', 'Ann', 'user')`;
			expect(await attemptAs(database, ann, insert)).toMatchObject({ code: '42501' });

			await fix(database);
			await database.run(`delete from public.users where id = '${ann.sub}'`);

			expect(await attemptAs(database, ann, insert)).toMatchObject({ code: null });
			const bob = await addAccount(database, { name: 'Bob' });
			await database.run(`delete from public.users where id = '${bob.sub}'`);
			const forged = insert.replaceAll(ann.sub, bob.sub);
			expect(await attemptAs(database, ann, forged)).toMatchObject({ code: '42501' });
		});

		test('makes a trigger that cannot take the sign-up with it', async () => {
			await apply(database, 'table', 'fragile-trigger');
			const id = randomUUID();
			const signUp = `insert into auth.users (id, email, raw_user_meta_data)
				values ('${id}', 'ann.lee@example.com', '{}')`;
			expect(await attemptAsAuthServer(database, signUp)).toMatchObject({ code: '23502' });
			expect((await attempt(database, 'select * from auth.users')).rows).toHaveLength(0);

			await fix(database);

			expect(await attemptAsAuthServer(database, signUp)).toMatchObject({ code: null });
			expect((await attempt(database, 'select name, source from public.users')).rows).toEqual([
				{ name: 'ann.lee', source: 'trigger' },
			]);
		});

		test('records why a profile could not be made, and resolves it when the fallback makes it', async () => {
			await apply(database, 'table', 'fragile-trigger');
			await fix(database);
			await database.run(
				`alter table public.users add constraint no_bob check (source <> 'trigger')`,
			);

			const bob = await addAccount(database, { name: 'Bob' });

			const failures =
				'select sqlstate, resolved_at is not null as resolved from public.registration_failures';
			expect((await attempt(database, failures)).rows).toEqual([
				{ sqlstate: '23514', resolved: false },
			]);
			const insert = `insert into public.users (id, email, name) values ('${bob.sub}', 'b@example.com', 'Bob')`;
			expect(await attemptAs(database, bob, insert)).toMatchObject({ code: null });
			expect((await attempt(database, failures)).rows).toEqual([
				{ sqlstate: '23514', resolved: true },
			]);
			expect((await attemptAs(database, bob, failures)).rows).toHaveLength(0);
		});

		test('makes the profiles that are missing, whatever their metadata is', async () => {
			await apply(database, 'table');
			const people = [
				{ metadata: { name: '  Ann  Lee ' }, name: 'Ann Lee' },
				{ metadata: { name: ['x'] }, name: 'someone.new' },
				{ metadata: { full_name: 'Oa Uth' }, name: 'Oa Uth' },
				{ metadata: { name: 'x'.repeat(5000) }, name: 'x'.repeat(80) },
			];
			for (const { metadata } of people) await addAccount(database, metadata);

			const report = await fix(database);

			const made = await attempt(database, 'select name, source from public.users');
			expect(made.rows).toHaveLength(people.length);
			expect(made.rows).toEqual(
				expect.arrayContaining(people.map(({ name }) => ({ name, source: 'repair' }))),
			);
			expect(report).toContainEqual({
				what: 'accounts without a profile',
				before: '4',
				after: '0',
			});
		});

		test('one profile that cannot be made does not keep the others from being made', async () => {
			await apply(database, 'table');
			await database.run(`alter table public.users add constraint no_bob check (name <> 'Bob')`);
			await addAccount(database, { name: 'Bob' });
			await addAccount(database, { name: 'Ann' });

			const report = await fix(database);

			expect((await attempt(database, 'select name from public.users')).rows).toEqual([
				{ name: 'Ann' },
			]);
			expect(report).toContainEqual({
				what: 'accounts without a profile',
				before: '2',
				after: '1',
			});
			const failures = 'select stage, sqlstate from public.registration_failures';
			expect((await attempt(database, failures)).rows).toEqual([
				{ stage: 'repair', sqlstate: '23514' },
			]);
		});

		test('keeps people from making themselves admin', async () => {
			await apply(database, 'table');
			const ann = await addPerson(database, 'Ann');
			const bob = await addPerson(database, 'Bob');
			const promote = `update public.users set role = 'admin' returning role`;
			expect((await attemptAs(database, ann, promote)).rows).toEqual([{ role: 'admin' }]);

			await fix(database);

			expect(await attemptAs(database, bob, promote)).toMatchObject({ code: '42501' });
			const unchanged = `update public.users set role = role, company = 'Acme' returning role`;
			expect((await attemptAs(database, bob, unchanged)).rows).toEqual([{ role: 'user' }]);
		});

		test('mends everything at once, keeps all data, and does nothing the second time', async () => {
			await apply(database, 'table');
			const lost = await addAccount(database, { name: 'Lost' });
			await apply(database, 'fragile-trigger', 'blocking-insert', 'recursion', 'strangers');
			const ann = await addAccount(database, { name: 'Ann' });
			await database.run(`update public.users set company = 'Acme'`);
			const before = await attempt(
				database,
				'select id, email, name, role, company, created_at from public.users',
			);

			const report = await fix(database);

			expect(report.at(-1)?.after).toBe('Registration works, and nobody makes themselves admin.');
			const after = await attempt(
				database,
				`select id, email, name, role, company, created_at from public.users where source is null`,
			);
			expect(after.rows).toEqual(before.rows);
			expect((await attemptAs(database, ann, 'select * from public.users')).rows).toHaveLength(1);
			expect((await attemptAs(database, lost, 'select name from public.users')).rows).toEqual([
				{ name: 'Lost' },
			]);
			expect((await attemptAs(database, ann, 'select * from public.notes')).code).toBeNull();

			const state = await snapshot(database);
			const second = await fix(database);

			expect(await snapshot(database)).toEqual(state);
			const changes = second.filter((row) =>
				/^(made|added|replaced|dropped|granted|revoked)/.test(String(row.after)),
			);
			expect(changes).toEqual([]);
		});

		test('keeps a policy that only lets somebody read, and says so', async () => {
			await apply(database, 'table', 'fragile-trigger', 'strangers');

			const report = await fix(database);

			const policies = await attempt(
				database,
				`select policyname as name from pg_policies where tablename = 'users' and schemaname = 'public' order by 1`,
			);
			expect(policies.rows.map((row) => row.name)).toEqual([
				'enable read for colleagues',
				'insert_own',
				'select_own_or_admin',
				'update_own',
			]);
			expect(report).toContainEqual(
				expect.objectContaining({
					what: 'policy "temp - allow everything"',
					before: expect.stringContaining('with check (true)'),
					after: expect.stringMatching(/^dropped/),
				}),
			);
		});

		test('grants what a new project lacks', async () => {
			await apply(database, 'table');
			await database.run('revoke all on public.users from anon, authenticated, service_role');
			const ann = await addPerson(database, 'Ann');
			expect(await attemptAs(database, ann, 'select * from public.users')).toMatchObject({
				code: '42501',
				message: 'permission denied for table users',
			});

			await fix(database);

			expect((await attemptAs(database, ann, 'select * from public.users')).rows).toHaveLength(1);
		});

		test('pins the search_path of every function it leaves behind', async () => {
			await apply(database, 'table', 'fragile-trigger');

			await fix(database);

			const unpinned = `select proname from pg_proc
				where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
				and not coalesce(proconfig, '{}') @> array['search_path=""']`;
			expect((await attempt(database, unpinned)).rows).toEqual([]);
		});

		test('refuses a database without the table, and changes nothing', async () => {
			expect(await attempt(database, script)).toMatchObject({
				code: 'P0001',
				message: expect.stringContaining('There is no table public.users'),
			});
		});

		test("refuses Gatehouse's own schema, which has nothing to mend", async () => {
			await migrate(database);
			const state = await snapshot(database);

			expect(await attempt(database, script)).toMatchObject({
				code: 'P0001',
				message: expect.stringContaining("Gatehouse's own schema"),
			});

			await database.run('rollback');
			expect(await snapshot(database)).toEqual(state);
		});
	});
}

/** What PGlite cannot show: rights that are missing on a hosted project, and a stack that runs full (PGlite ends with it). */
function describeShape(engine: Engine): void {
	describe(`COMPLETE_FIX on ${engine.name} only`, () => {
		let database: TestDatabase;
		beforeEach(async () => {
			database = await engine.open();
		});
		afterEach(() => database.close());

		test('runs as somebody who is no superuser and cannot drop a trigger of auth.users', async () => {
			await apply(database, 'table', 'fragile-trigger');
			const who = 'select rolname, rolsuper from pg_roles where rolname = current_user';
			expect((await attempt(database, who)).rows).toEqual([
				{ rolname: 'postgres', rolsuper: false },
			]);
			const drop = 'drop trigger on_auth_user_created on auth.users';
			expect(await attempt(database, drop)).toMatchObject({ code: '42501' });
		});

		test('drops a policy that turns out to recurse through a function', async () => {
			await apply(database, 'table');
			await database.run(`
				create function public.colleagues() returns setof uuid language sql stable
					as 'select id from public.users';
				create policy "colleagues" on public.users for select using (id in (select public.colleagues()));
			`);
			const ann = await addPerson(database, 'Ann');
			await addPerson(database, 'Bob');
			expect((await attemptAs(database, ann, 'select * from public.users')).code).toMatch(
				/^(42P17|54001)$/,
			);

			await fix(database);

			expect((await attemptAs(database, ann, 'select name from public.users')).rows).toEqual([
				{ name: 'Ann' },
			]);
		});
	});
}

async function apply(database: TestDatabase, ...fixtures: string[]): Promise<void> {
	for (const name of fixtures) await database.run(readFixture(`seed-003-${name}.sql`));
}

/** Runs the script as the SQL editor does, and answers the table that it shows at the end. */
async function fix(database: TestDatabase): Promise<Row[]> {
	return (await database.run(script)).at(-1) ?? [];
}

type Claims = { sub: string };

async function addAccount(database: TestDatabase, metadata: unknown): Promise<Claims> {
	const sub = randomUUID();
	const email = `someone.new@${sub}.example`;
	await database.runAsAuthServer(
		`insert into auth.users (id, email, raw_user_meta_data) values ('${sub}', '${email}', '${JSON.stringify(metadata)}')`,
	);
	return { sub };
}

async function addPerson(database: TestDatabase, name: string, role = 'user'): Promise<Claims> {
	const claims = await addAccount(database, { name });
	await database.run(
		`insert into public.users (id, email, name, role) values ('${claims.sub}', '${name}@example.com', '${name}', '${role}')`,
	);
	return claims;
}

/** Everything that a run of the script could change. */
async function snapshot(database: TestDatabase): Promise<Row[]> {
	const { rows } = await attempt(
		database,
		`select jsonb_build_object(
			'rows', (select jsonb_agg(u order by u.id) from public.users as u),
			'policies', (select jsonb_agg(p order by p.tablename, p.policyname) from pg_policies as p),
			'functions', (
				select jsonb_agg(pg_get_functiondef(f.oid) || coalesce(f.proacl::text, '') order by f.oid)
				from pg_proc as f where f.pronamespace in (select oid from pg_namespace where nspname in ('public', 'private'))
			),
			'triggers', (select jsonb_agg(pg_get_triggerdef(t.oid) order by t.tgrelid, t.tgname) from pg_trigger as t where not t.tgisinternal),
			'tables', (
				select jsonb_agg(concat_ws(' ', c.relname, c.relrowsecurity, (select array_agg(a order by a) from unnest(c.relacl::text[]) as a)) order by c.relname)
				from pg_class as c where c.relnamespace = 'public'::regnamespace
			)
		) as state`,
	);
	return rows;
}
