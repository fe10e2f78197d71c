/**
 * What the documents that Gatehouse grew from get wrong, one test each: the documents' own version is put in the place
 * of Gatehouse's and shown to fail, then Gatehouse's is shown not to.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	attempt,
	attemptAs,
	attemptAsAnonymous,
	migrate,
	type Engine,
	type Outcome,
	type TestDatabase,
} from '../support/database.ts';
import { startEngines } from '../support/engines.ts';

for (const engine of await startEngines('The corrections')) describeOn(engine);

type Person = { sub: string; session_id: string };

function describeOn(engine: Engine): void {
	describe(`The corrections on ${engine.name}`, () => {
		let database: TestDatabase;
		let ann: Person;
		let bob: Person;
		let bare: Person;

		beforeAll(async () => {
			database = await engine.open();
			await migrate(database);
			ann = await addPerson(database);
			bob = await addPerson(database);
			bare = await addPerson(database);
			await database.run(`delete from public.users where id = '${bare.sub}'`);
		});
		afterAll(() => database.close());

		/** Changes the schema, does one thing, and takes both back. */
		async function whileChanged(change: string, act: () => Promise<Outcome>): Promise<Outcome> {
			await database.run(`begin; ${change}`);
			try {
				return await act();
			} finally {
				await database.run('rollback');
			}
		}

		test('1: a NOT EXISTS in the insert policy breaks the retry that it is meant to protect', async () => {
			const retry = () =>
				attemptAs(
					database,
					ann,
					`insert into public.users (id) values ('${ann.sub}') on conflict (id) do nothing`,
				);
			const theirs = policies(`
				create policy "Users can insert their own profile" on public.users for insert with check (
					auth.uid() is not null
					and auth.uid() = id
					and not exists (select 1 from public.users where id = auth.uid())
				);
			`);

			expect(await whileChanged(theirs, retry)).toMatchObject({ code: '42501' });
			expect(await whileChanged('', retry)).toMatchObject({ code: null });
		});

		test('2: asking whether there is a session does not give it time: the answer is the same, at once', async () => {
			const asked = policies(`
				create policy "Users can insert their own profile" on public.users for insert
					with check (auth.uid() is not null and auth.uid() = id);
			`);
			const notAsked = asked.replace('auth.uid() is not null and ', '');
			const insert = `insert into public.users (id) values ('${bare.sub}')`;
			const early = () => attemptAs(database, {}, insert);
			const inTime = () => attemptAs(database, bare, insert);

			for (const version of [asked, notAsked, '']) {
				expect(await whileChanged(version, early)).toMatchObject({ code: '42501' });
				expect(await whileChanged(version, inTime)).toMatchObject({ code: null });
			}
		});

		test('3: a policy that looks at the id alone lets people register as admin', async () => {
			const register = () =>
				attemptAs(
					database,
					bare,
					`insert into public.users (id, role) values ('${bare.sub}', 'admin') returning role`,
				);
			const theirs = policies(`
				create policy "Users can insert their own profile" on public.users for insert
					with check (auth.uid() = id);
			`);

			expect(await whileChanged(theirs, register)).toMatchObject({ rows: [{ role: 'admin' }] });
			expect(await whileChanged('', register)).toMatchObject({
				code: '42501',
				message: 'permission denied for table users',
			});
		});

		test('4: `on conflict do nothing` in the trigger handles one error, and each other one undoes the sign-up', async () => {
			const trouble = 'alter table public.users add constraint trouble check (false) not valid;';
			const theirs = `
				create or replace function public.handle_new_user() returns trigger as $$
				begin
					insert into public.users (id, email, name)
					values (new.id, new.email, coalesce(new.raw_user_meta_data ->> 'name', 'Someone'))
					on conflict (id) do nothing;
					return new;
				end;
				$$ language plpgsql security definer;
			`;
			const signUp = () =>
				attempt(
					database,
					`insert into auth.users (id, email) values (gen_random_uuid(), 'new@tests.example') returning email`,
				);

			expect(await whileChanged(trouble + theirs, signUp)).toMatchObject({ code: '23514' });
			expect(await whileChanged(trouble, signUp)).toMatchObject({
				code: null,
				rows: [{ email: 'new@tests.example' }],
			});
		});

		test('5: a definer function that does not pin its search_path does what its caller wants', async () => {
			const attackers = 'create schema attackers authorization authenticated;';
			const theirs = `
				create or replace function public.is_admin() returns boolean as $$
				begin
					return exists (
						select 1 from public.users
						where id = auth.uid() and role = 'admin'
					);
				end;
				$$ language plpgsql security definer;
				alter function public.is_admin() reset all;
			`;
			const ask = () =>
				attemptAs(
					database,
					ann,
					`create function attackers.equal(text, text) returns boolean language sql
						as $$ select $2 operator(pg_catalog.=) 'admin' or $1 operator(pg_catalog.=) $2 $$;
					create operator attackers.= (leftarg = text, rightarg = text, function = attackers.equal);
					set local search_path = attackers, pg_catalog;
					select public.is_admin()`,
				);

			expect(await whileChanged(attackers + theirs, ask)).toMatchObject({
				rows: [{ is_admin: true }],
			});
			expect(await whileChanged(attackers, ask)).toMatchObject({ rows: [{ is_admin: false }] });
		});

		test('6: without a look at created_by a member can write in the name of another', async () => {
			const jobs = `
				create table public.jobs (
					id uuid primary key default gen_random_uuid(),
					organization_id integer not null,
					created_by uuid not null default private.user_id() references auth.users (id) on delete cascade
				);
				alter table public.jobs enable row level security;
				create policy select_member on public.jobs for select to authenticated using (organization_id = 1);
				create policy insert_member on public.jobs for insert to authenticated with check (organization_id = 1);
				grant select on public.jobs to authenticated;
			`;
			const theirs = `${jobs} grant insert on public.jobs to authenticated;`;
			const ours = `${jobs} grant insert (organization_id) on public.jobs to authenticated;`;
			const forge = () =>
				attemptAs(
					database,
					ann,
					`insert into public.jobs (organization_id, created_by) values (1, '${bob.sub}') returning created_by`,
				);
			const write = () =>
				attemptAs(
					database,
					ann,
					'insert into public.jobs (organization_id) values (1) returning created_by',
				);

			expect(await whileChanged(theirs, forge)).toMatchObject({ rows: [{ created_by: bob.sub }] });
			expect(await whileChanged(ours, forge)).toMatchObject({ code: '42501' });
			expect(await whileChanged(ours, write)).toMatchObject({ rows: [{ created_by: ann.sub }] });
		});

		test('7: the publishable key in the place of the secret one fails without a word', async () => {
			const jobs = `
				create table public.jobs (id integer primary key, progress integer not null);
				insert into public.jobs values (1, 0);
				alter table public.jobs enable row level security;
			`;
			const theirs = `${jobs} grant all on public.jobs to anon, authenticated, service_role;`;
			const advance = () =>
				attemptAsAnonymous(
					database,
					'update public.jobs set progress = 50 where id = 1 returning id',
				);

			// Nothing was updated, and nothing says so: a worker would believe that it had done its work.
			expect(await whileChanged(theirs, advance)).toMatchObject({ code: null, rows: [] });
			expect(await whileChanged(jobs, advance)).toMatchObject({
				code: '42501',
				message: 'permission denied for table jobs',
			});
		});

		test('8: a function in a policy runs once a row unless it stands in a select of its own', async () => {
			const counted = (condition: string) => `
				create sequence public.calls;
				grant usage on public.calls to authenticated;
				create function public.counted_id() returns uuid language plpgsql stable as $$
				begin
					perform nextval('public.calls');
					return private.user_id();
				end;
				$$;
				grant execute on function public.counted_id() to authenticated;
				create table public.things (id integer, owner uuid);
				insert into public.things select number, '${ann.sub}' from generate_series(1, 100) as number;
				alter table public.things enable row level security;
				grant select on public.things to authenticated;
				create policy select_own on public.things for select to authenticated using (${condition});
			`;
			const read = () =>
				attemptAs(
					database,
					ann,
					`select count(*) from public.things;
					select currval('public.calls')::integer as calls`,
				);

			// A hundred rows, and the planner's guess at how many of them there will be.
			expect(await whileChanged(counted('owner = public.counted_id()'), read)).toMatchObject({
				rows: [{ calls: 101 }],
			});
			expect(
				await whileChanged(counted('owner = (select public.counted_id())'), read),
			).toMatchObject({
				rows: [{ calls: 1 }],
			});
			// Here, too, the planner guesses how many there will be.
			const list = 'owner = any (array(select unnest(array[public.counted_id()])))';
			expect(await whileChanged(counted(list), read)).toMatchObject({
				rows: [{ calls: 2 }],
			});
			const bare = `
				select policyname from pg_policies
				where schemaname = 'public'
					and concat(qual, with_check) ~ '(?<!SELECT |SELECT unnest\\()(auth|private|public)\\.\\w+\\('`;
			expect((await attempt(database, bare)).rows).toEqual([]);
		});

		test('9: a policy for updates that says only which rows may be changed lets them be handed over', async () => {
			const things = `
				create table public.things (id integer primary key, organization_id integer, owner uuid);
				insert into public.things values (1, 1, '${ann.sub}');
				alter table public.things enable row level security;
				grant select, update on public.things to authenticated;
				create policy select_member on public.things for select to authenticated using (organization_id = 1);
			`;
			const handOver = () =>
				attemptAs(database, ann, `update public.things set owner = '${bob.sub}' returning owner`);

			const byMembers = `create policy update_member on public.things for update to authenticated
				using (organization_id = 1)`;
			expect(await whileChanged(`${things} ${byMembers};`, handOver)).toMatchObject({
				rows: [{ owner: bob.sub }],
			});
			const checked = `${byMembers} with check (organization_id = 1 and owner = (select private.user_id()));`;
			expect(await whileChanged(`${things} ${checked}`, handOver)).toMatchObject({ code: '42501' });

			// PostgreSQL takes USING for the missing WITH CHECK, so a policy that names the owner happens to hold …
			const byOwner = `create policy update_own on public.things for update to authenticated
				using (owner = (select private.user_id()));`;
			expect(await whileChanged(`${things} ${byOwner}`, handOver)).toMatchObject({ code: '42501' });
			// … until another policy, which lets them change something else, is there too.
			expect(await whileChanged(`${things} ${byOwner} ${byMembers};`, handOver)).toMatchObject({
				rows: [{ owner: bob.sub }],
			});

			const users = () =>
				attemptAs(database, ann, `update public.users set id = '${bare.sub}' returning id`);
			expect(await whileChanged('', users)).toMatchObject({ code: '42501' });
			const granted = 'grant update on public.users to authenticated;';
			expect(await whileChanged(granted, users)).toMatchObject({
				code: '42501',
				message: 'new row violates row-level security policy for table "users"',
			});
		});
	});
}

/** The documents' policies for public.users in the place of ours, with the grants of the projects they were written for. */
function policies(insert: string): string {
	return `
		do $$
		declare
			v_name text;
		begin
			for v_name in select policyname from pg_policies where schemaname = 'public' and tablename = 'users' loop
				execute format('drop policy %I on public.users', v_name);
			end loop;
		end;
		$$;
		create policy "Users can view their own profile" on public.users for select using (auth.uid() = id);
		grant all on public.users to anon, authenticated;
		${insert}
	`;
}

async function addPerson(database: TestDatabase): Promise<Person> {
	const sub = randomUUID();
	const session_id = randomUUID();
	await database.runAsAuthServer(`
		insert into auth.users (id, email) values ('${sub}', '${sub}@tests.example');
		insert into auth.sessions (id, user_id) values ('${session_id}', '${sub}');
	`);
	return { sub, session_id };
}
