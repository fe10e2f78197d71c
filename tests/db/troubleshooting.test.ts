/** The questions of docs/troubleshooting.md, read from the page and asked of databases that have the fault. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
	attempt,
	migrate,
	readFixture,
	type Engine,
	type Row,
	type TestDatabase,
} from '../support/database.ts';
import { startEngines } from '../support/engines.ts';

const page = readFileSync('docs/troubleshooting.md', 'utf8');
const questions = new Map(
	[...page.matchAll(/^### ([^\n]+)\n\n```sql\n(.+?)^```/gms)].map(([, title = '', sql = '']) => [
		title,
		sql,
	]),
);
const asked = new Set<string>();

for (const engine of await startEngines('docs/troubleshooting.md')) describeOn(engine);

test('every question of the page is asked here', () => {
	expect([...page.matchAll(/^```sql/gm)]).toHaveLength(questions.size);
	expect([...asked].sort()).toEqual([...questions.keys()].sort());
});

function describeOn(engine: Engine): void {
	describe(`docs/troubleshooting.md on ${engine.name}`, () => {
		let database: TestDatabase;
		beforeEach(async () => {
			database = await engine.open();
		});
		afterEach(() => database.close());

		/** As the SQL editor runs it. */
		async function ask(title: string): Promise<Row[]> {
			asked.add(title);
			const { code, message, rows } = await attempt(
				database,
				questions.get(title) ?? `no question "${title}"`,
			);
			expect([title, code, message]).toEqual([title, null, '']);
			return rows;
		}

		const apply = async (...fixtures: string[]) => {
			for (const name of fixtures) await database.run(readFixture(`seed-${name}.sql`));
		};

		const addAccount = async (email: string) => {
			const id = randomUUID();
			await database.runAsAuthServer(
				`insert into auth.users (id, email) values ('${id}', '${email}')`,
			);
			return id;
		};

		test('finds the policies that read their own table, and no others', async () => {
			await apply(
				'003-table',
				'003-blocking-insert',
				'003-recursion',
				'001-organizations',
				'001-strict',
			);
			const found = await ask('Which policies read their own table?');
			expect(found.map((row) => row['policyname']).sort()).toEqual([
				'Admins can delete users',
				'Admins can update all users',
				'Admins can view all users',
				'Users can insert their own profile',
			]);
			await database.run(readFileSync('supabase/COMPLETE_FIX.sql', 'utf8'));
			expect(await ask('Which policies read their own table?')).toEqual([]);
		});

		test('finds the tables that let nobody insert, and why', async () => {
			await apply('000-tables', '001-organizations', '001-strict');
			await database.run('revoke insert on public.scheduled_jobs from authenticated');
			expect(await ask('Which tables let nobody insert?')).toEqual([
				{ table_name: 'profiles', granted: true, has_policy: false },
				{ table_name: 'scheduled_jobs', granted: false, has_policy: true },
				{ table_name: 'training_jobs', granted: true, has_policy: false },
			]);
		});

		test('finds the policies that refuse a retry', async () => {
			await apply('003-table', '003-blocking-insert', '001-organizations', '001-strict');
			const found = await ask('Which policies refuse a row that is there already?');
			expect(found.map((row) => row['policyname'])).toEqual(['Users can insert their own profile']);
		});

		test('finds the trigger that takes the sign-up with it, and who was left without a profile', async () => {
			await apply('003-table');
			await addAccount('left@example.com');
			await apply('003-fragile-trigger');
			expect(await ask('Which triggers run when somebody signs up?')).toEqual([
				{
					trigger: 'on_auth_user_created',
					enabled: 'O',
					function: 'public.handle_new_user',
					as_its_owner: true,
					settings: 'none',
					catches: false,
				},
			]);
			expect(await ask('Who has an account and no profile?')).toMatchObject([
				{ email: 'left@example.com' },
			]);
			await database.run(readFileSync('supabase/COMPLETE_FIX.sql', 'utf8'));
			const mended = await ask('Which triggers run when somebody signs up?');
			expect(mended).toMatchObject([
				{ settings: expect.stringContaining('search_path=""'), catches: true },
			]);
			expect(await ask('Who has an account and no profile?')).toEqual([]);
		});

		test('finds why a background job is refused, and that the script has mended it', async () => {
			await apply('001-organizations', '001-strict');
			const id = await addAccount('nowhere@example.com');
			await database.run(`insert into public.profiles (id) values ('${id}')`);
			expect(await ask('Who is in no organization, where profiles name it?')).toEqual([
				{ id, email: 'nowhere@example.com' },
			]);
			expect(await ask('Which policies compare the author?')).toMatchObject([
				{ policyname: 'Users can create jobs in their organization' },
			]);
			expect(await ask('Is the author who asked?')).toEqual([{ default_author: null }]);
			const rights = async () =>
				(await ask('Which rights are granted on the table?'))
					.filter((row) => row['grantee'] === 'authenticated')
					.map((row) => row['privilege_type']);
			expect(await rights()).toEqual(expect.arrayContaining(['INSERT', 'UPDATE', 'TRUNCATE']));
			expect(await ask("Does Realtime send the table's changes?")).toEqual([]);

			await database.run('create publication supabase_realtime for table public.scheduled_jobs');
			await database.run(readFileSync('supabase/fixes/fix_scheduled_jobs_rls.sql', 'utf8'));

			expect(await ask('Which policies compare the author?')).toEqual([]);
			expect(await ask('Is the author who asked?')).toEqual([{ default_author: 'auth.uid()' }]);
			expect((await rights()).sort()).toEqual(['DELETE', 'INSERT', 'SELECT']);
			expect(await ask('Which policies does the table have?')).toContainEqual(
				expect.objectContaining({
					policyname: 'fix_insert_member',
					cmd: 'INSERT',
					with_check: expect.not.stringContaining('created_by'),
				}),
			);
			expect(await ask('Which columns may people write?')).toContainEqual({
				privilege_type: 'UPDATE',
				columns: 'job_type, payload, progress, status',
			});
			expect(await ask("Does Realtime send the table's changes?")).toEqual([
				{ schemaname: 'public', tablename: 'scheduled_jobs' },
			]);
		});

		test('says of a Gatehouse project what is wrong in it, and nothing where all is well', async () => {
			await migrate(database);
			const ada = await addAccount('ada@example.com');
			for (const title of [
				'Which policies read their own table?',
				'Which policies refuse a row that is there already?',
				'Which policies compare the author?',
				'Who has an account and no profile?',
				'What went wrong with profiles, in a Gatehouse project?',
				'What is in the queue?',
				'Which kinds has an admin stopped?',
				'What was given up, and why?',
				'How do the imports stand?',
			]) {
				expect([title, await ask(title)]).toEqual([title, []]);
			}
			const triggers = await ask('Which triggers run when somebody signs up?');
			expect(triggers.length).toBeGreaterThan(0);
			for (const trigger of triggers) {
				const settings = expect.stringContaining('search_path=""');
				expect(trigger).toMatchObject({ settings, catches: true });
			}
			const inserts = (await ask('Which tables let nobody insert?')).filter(
				(row) => row['granted'] !== row['has_policy'],
			);
			expect(inserts).toEqual([]);
			expect(await ask('Is the author who asked?')).toEqual([{ default_author: 'auth.uid()' }]);
			const writable = await ask('Which columns may people write?');
			expect(writable.map((row) => row['privilege_type'])).toEqual(['INSERT']);
			expect(page).toContain(`inserts of \`${String(writable.at(0)?.['columns'])}\``);
			expect(await ask('Who is in no organization, in a Gatehouse project?')).toEqual([
				{ id: ada, email: 'ada@example.com' },
			]);

			await database.run(`
				insert into public.registration_failures (user_id, stage, sqlstate, message) values ('${ada}', 'trigger', '23514', 'a name');
				insert into private.paused_kinds (kind) values ('tests.work');
				insert into private.jobs (kind, subject_id, owner_id, failed_at, last_error, attempts) values ('tests.work', gen_random_uuid(), '${ada}', now(), 'The disk is full.', 5);
				insert into private.jobs (kind, subject_id, owner_id) values ('tests.work', gen_random_uuid(), '${ada}');
				insert into public.organizations (id, name) values ('${ada}', 'Place');
				insert into public.memberships (organization_id, user_id, role) values ('${ada}', '${ada}', 'owner');
				insert into public.import_files (organization_id, created_by, name, encoding, delimiter, header, byte_size, line_count, chunk_count, complete)
				values ('${ada}', '${ada}', 'stock.csv', 'utf-8', ',', array['sku', 'name'], 1, 1, 1, true);
				insert into public.scheduled_jobs (organization_id, created_by, file_id, mapping)
				select organization_id, created_by, id, '{"sku": 0, "name": 1}' from public.import_files;
			`);
			expect(await ask('What went wrong with profiles, in a Gatehouse project?')).toMatchObject([
				{ stage: 'trigger', sqlstate: '23514' },
			]);
			expect(await ask('Which kinds has an admin stopped?')).toMatchObject([
				{ kind: 'tests.work' },
			]);
			expect(await ask('What was given up, and why?')).toMatchObject([
				{ attempts: 5, last_error: 'The disk is full.' },
			]);
			const queue = await ask('What is in the queue?');
			expect(queue.map((row) => [row['kind'], row['state'], Number(row['jobs'])])).toEqual([
				['imports.run', 'waiting', 1],
				['tests.work', 'failed', 1],
				['tests.work', 'waiting', 1],
			]);
			expect(await ask('How do the imports stand?')).toMatchObject([{ status: 'scheduled' }]);
			expect(await ask('Who is in no organization, in a Gatehouse project?')).toEqual([]);
		});
	});
}
