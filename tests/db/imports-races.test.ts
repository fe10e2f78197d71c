/** What happens to an import while others act, each over a connection of their own. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
	findDifferences,
	makePlace,
	startImport,
	storeFile,
	type Sql,
} from '../support/import-lines.ts';
import { startRaces, type Race } from '../support/races.ts';
import { until } from '../support/until.ts';

const races = await startRaces();
afterAll(() => races?.stop());

const lines = 1000;
const good = lines - lines / 50;

describe.skipIf(!races)(
	'while an import runs, on PostgreSQL in the shape of a hosted project',
	() => {
		let race: Race;
		let sql: Sql;
		let whose: { person: string; place: string };
		let file: string;

		beforeEach(async () => {
			if (!races) throw new Error('There is no PostgreSQL on this machine.');
			race = await races.open();
			sql = async <Row>(text: string, parameters: unknown[] = []) =>
				Array.from(await race.owner.unsafe<Row[]>(text, parameters.map(String)));
			whose = await makePlace(sql);
			await sql(
				'insert into auth.sessions (id, user_id, created_at) values (gen_random_uuid(), $1, now())',
				[whose.person],
			);
			file = await storeFile(sql, whose, lines, 50);
		});

		afterEach(() => race.close());

		/** Another owner of the place. */
		async function addOwner(): Promise<typeof whose> {
			const { person } = await makePlace(sql);
			await sql(
				`insert into public.memberships (organization_id, user_id, role) values ($1, $2, 'owner')`,
				[whose.place, person],
			);
			return { person, place: whose.place };
		}

		type Held = { id: string; token: string };
		async function claim(): Promise<Held> {
			const [held] = await sql<Held>(
				`select id, token from public.claim_jobs('w', array['imports.run'], 1, 300)`,
			);
			if (!held) throw new Error('Nothing is due.');
			return held;
		}

		const step = ({ id, token }: Held) =>
			race.ask('secret key', `select public.import_chunk(${id}, ${token})`);

		/** To the end, as a worker does it; answers what ended it: false, or a refusal. */
		async function work(held: Held): Promise<unknown> {
			for (;;) {
				const answer = await step(held);
				if (answer !== true) return answer;
			}
		}

		type Import = { status: string; done: number; added: number; updated: number; undone: number };
		async function read(id: string): Promise<Import | undefined> {
			const [row] = await sql<Import>(
				`select status, lines_done as done, lines_added as added, lines_updated as updated, lines_undone as undone
			from public.scheduled_jobs where id = $1`,
				[id],
			);
			return row;
		}

		const items = () =>
			sql<{ sku: string; name: string; version: number; import_id: string | null }>(
				'select sku, name, version, import_id from public.inventory_items where organization_id = $1 order by sku',
				[whose.place],
			);

		test('two imports of the same file store each line once each', async () => {
			const first = await startImport(sql, whose, file);
			const second = await startImport(sql, whose, file);
			const held = [await claim(), await claim()];
			expect(await Promise.all(held.map(work))).toEqual([false, false]);
			expect(await findDifferences(sql, whose.place, lines, 2)).toEqual([]);
			const [a, b] = [await read(first), await read(second)];
			expect([a?.done, b?.done]).toEqual([lines, lines]);
			expect((a?.added ?? 0) + (b?.added ?? 0)).toBe(good);
			expect((a?.updated ?? 0) + (b?.updated ?? 0)).toBe(good);
		});

		test('one import by two workers, of which one has lost the lease, is done once', async () => {
			const id = await startImport(sql, whose, file);
			const late = await claim();
			expect(await step(late)).toBe(true);
			await sql('update private.jobs set due_at = now()');
			const heir = await claim();
			expect(await Promise.all([work(late), work(heir)])).toEqual(['lease_lost', false]);
			expect(await read(id)).toMatchObject({ status: 'done', done: lines, added: good });
			expect(await findDifferences(sql, whose.place, lines, 1)).toEqual([]);
		});

		test('a cancel at the last chunk: it is cancelled, or it is done, and the figures are true', async () => {
			const token = await race.tokenOf(whose.person);
			const short = await storeFile(sql, whose, 100, 50);
			const seen = new Set<string>();
			for (let round = 0; round < 20; round += 1) {
				await sql('delete from public.inventory_items');
				const id = await startImport(sql, whose, short);
				const held = await claim();
				expect(await step(held)).toBe(true);
				const acts = [
					() => step(held),
					() => race.ask(token, `select public.cancel_import('${id}')`),
				];
				if (round % 2) acts.reverse();
				const answers = await Promise.all(acts.map((act) => act()));
				if (round % 2) answers.reverse();
				const now = await read(id);
				seen.add(String(now?.status));
				expect([answers, now?.status]).toEqual(
					now?.status === 'done' ? [[false, false], 'done'] : [['lease_lost', true], 'cancelled'],
				);
				expect(now?.done).toBe(now?.status === 'done' ? 100 : 50);
				expect(await items()).toHaveLength(now?.added ?? -1);
				expect(await sql('select from private.jobs')).toHaveLength(0);
			}
			expect(seen.size).toBeGreaterThan(0);
		});

		test('of two who undo one import, one does', async () => {
			const id = await startImport(sql, whose, file);
			await work(await claim());
			const token = await race.tokenOf(whose.person);
			const call = () => race.ask(token, `select public.undo_import('${id}')`);
			const answers = await Promise.all([call(), call(), call()]);
			expect(answers.filter((answer) => answer === 'import_not_over')).toHaveLength(2);
			expect(await work(await claim())).toBe(false);
			expect(await items()).toEqual([]);
			expect(await read(id)).toMatchObject({ status: 'undone', undone: good });
		});

		test('a starter who is removed sees nothing more of it, and it goes on', async () => {
			await addOwner();
			const token = await race.tokenOf(whose.person);
			const id = await startImport(sql, whose, file);
			const held = await claim();
			expect(await step(held)).toBe(true);
			const running = work(held);
			await sql('delete from public.memberships where organization_id = $1 and user_id = $2', [
				whose.place,
				whose.person,
			]);
			expect(await race.ask(token, 'select count(*)::integer from public.scheduled_jobs')).toBe(0);
			expect(await race.ask(token, `select public.cancel_import('${id}')`)).toBe('no_import');
			expect(await running).toBe(false);
			expect(await read(id)).toMatchObject({ status: 'done', done: lines });
			expect(await sql('select from public.notifications')).toHaveLength(0);
		});

		const losses = {
			removed: (person: string) => `delete from public.memberships where user_id = '${person}'`,
			suspended: (person: string) =>
				`update public.users set suspended_at = now() where id = '${person}'`,
		};

		/** Somebody waits for what is held; then they may no more what they might. */
		async function lostWhileWaiting(
			held: string,
			text: string,
			loss = losses.removed(whose.person),
		): Promise<unknown> {
			await addOwner();
			const token = await race.tokenOf(whose.person);
			const [answer] = await race.meet(held, [() => race.ask(token, text)], (holder) =>
				holder.unsafe(loss),
			);
			return answer;
		}

		test('a member who is removed while they wait cancels nothing', async () => {
			const id = await startImport(sql, whose, file);
			const held = `select from private.jobs where subject_id = '${id}' for update`;
			const call = `select public.cancel_import('${id}')`;
			expect(await lostWhileWaiting(held, call)).toBe('no_import');
			expect(await read(id)).toMatchObject({ status: 'scheduled' });
		});

		test('nor undoes anything', async () => {
			const id = await startImport(sql, whose, file);
			await work(await claim());
			const held = `select from public.scheduled_jobs where id = '${id}' for update`;
			const call = `select public.undo_import('${id}')`;
			expect(await lostWhileWaiting(held, call)).toBe('no_import');
			expect(await read(id)).toMatchObject({ status: 'done' });
		});

		test('nor adds a line to a file', async () => {
			const [begun] = await sql<{ id: string }>(
				`insert into public.import_files (organization_id, created_by, name) values ($1, $2, 'begun.csv') returning id`,
				[whose.place, whose.person],
			);
			const held = `select from public.import_files where id = '${begun?.id}' for update`;
			const call = `select public.add_import_lines('${begun?.id}', 0, '[[2, "A", "x"]]')`;
			expect(await lostWhileWaiting(held, call)).toBe('no_import_file');
			expect(
				await sql('select from private.import_chunks where file_id = $1', [begun?.id]),
			).toEqual([]);
		});

		test('nor ends a file', async () => {
			const [begun] = await sql<{ id: string }>(
				`insert into public.import_files (organization_id, created_by, name) values ($1, $2, 'begun.csv') returning id`,
				[whose.place, whose.person],
			);
			const token = await race.tokenOf(whose.person);
			await race.ask(token, `select public.add_import_lines('${begun?.id}', 0, '[[2, "A", "x"]]')`);
			const held = `select from public.import_files where id = '${begun?.id}' for update`;
			const call = `select public.finish_import_file('${begun?.id}', '{sku,name}', 'utf-8', ',', 1, 20)`;
			expect(await lostWhileWaiting(held, call)).toBe('no_import_file');
			expect(await race.ask(await race.tokenOf(whose.person), call)).toBe('no_import_file');
		});

		const begun = {
			file: () =>
				`insert into public.import_files (organization_id, name) values ('${whose.place}', 'late.csv')`,
			import: () => `insert into public.scheduled_jobs (organization_id, file_id, mapping)
				values ('${whose.place}', '${file}', '{"sku": 0, "name": 1}')`,
		};
		test.each([
			['file', 'removed'],
			['file', 'suspended'],
			['import', 'removed'],
			['import', 'suspended'],
		] as const)('begins no %s who is %s while they wait', async (what, loss) => {
			const held = `select pg_advisory_xact_lock(hashtextextended('private.lock_imports_of ${whose.place}', 0))`;
			const outcome = await lostWhileWaiting(held, begun[what](), losses[loss](whose.person));
			expect(outcome).toBe('no_organization');
			expect(await sql(`select from public.import_files where name = 'late.csv'`)).toEqual([]);
			expect(await sql('select from public.scheduled_jobs')).toEqual([]);
		});

		test('an import that is being undone keeps what that needs, and no other one waits for it', async () => {
			const id = await startImport(sql, whose, file);
			await work(await claim());
			await sql(
				`insert into public.scheduled_jobs (organization_id, file_id, mapping, status)
				select $1, $2, '{"sku": 0, "name": 1}', 'done' from generate_series(1, 20)`,
				[whose.place, file],
			);
			// Its one line is refused, so that it touches nothing.
			const other = await storeFile(sql, whose, 1, 1);
			await startImport(sql, whose, other);
			const held = await claim();
			const token = await race.tokenOf(whose.person);
			const undone = await race.api.begin(async (own) => {
				await own`select set_config('request.jwt.claims', ${JSON.stringify(token)}, true),
					set_config('request.jwt.claim.sub', ${whose.person}, true), set_config('role', 'authenticated', true)`;
				await own`select public.undo_import(${id})`;
				return work(held);
			});
			expect(undone).toBe(false);
			expect(await work(await claim())).toBe(false);
			expect(await read(id)).toMatchObject({ status: 'undone', undone: good });
			expect(await items()).toEqual([]);
		});

		test.each([
			['file is', () => `delete from public.import_files where id = '${file}'`],
			['starter is', () => `delete from auth.users where id = '${whose.person}'`],
		])('old imports whose %s deleted while they are forgotten hold up nobody', async (_, call) => {
			const boss = await addOwner();
			await sql(
				`insert into public.scheduled_jobs (organization_id, created_by, file_id, mapping, status, details, created_at)
				select $1, $2, $3, '{"sku": 0, "name": 1}', 'done', case n when 0 then 'leaving' else 'kept' end,
					now() - interval '1 year' + n * interval '1 day'
				from generate_series(0, 25) as n`,
				[whose.place, whose.person, file],
			);
			await sql(`insert into private.import_refusals (job_id, line, fields, reason)
				select id, 2, '{}', 'sku_missing' from public.scheduled_jobs where details = 'leaving'`);
			await startImport(sql, boss, await storeFile(sql, boss, 1000, 50));
			const held = await claim();

			const gate = await race.owner.reserve();
			await gate`begin`;
			await gate`select from private.import_refusals for update`;
			const waits = (count: number) =>
				until(`${count} to wait`, async () => {
					const [row] = await gate<{ count: number }[]>`
						select count(distinct pid)::integer as count from pg_locks where not granted`;
					return row?.count === count;
				});
			const stepping = step(held);
			await waits(1);
			const deleting = race.owner.unsafe(call()).then(
				() => 'done',
				(error: Error) => error.message,
			);
			await waits(2);
			await gate`commit`;
			gate.release();
			expect([await stepping, await deleting]).toEqual([true, 'done']);
			expect(await work(held)).toBe(false);
		});

		test('an undo at the moment when the import is given up comes too early, and goes later', async () => {
			const id = await startImport(sql, whose, file);
			const held = await claim();
			expect(await step(held)).toBe(true);
			const token = await race.tokenOf(whose.person);
			const undo = () => race.ask(token, `select public.undo_import('${id}')`);
			const early = await race.meet(
				`select public.fail_job(${held.id}, ${held.token}, 'away', true)`,
				[undo],
			);
			expect(early).toEqual(['import_not_over']);
			expect(await read(id)).toMatchObject({ status: 'failed' });
			await undo();
			expect(await work(await claim())).toBe(false);
			expect(await read(id)).toMatchObject({ status: 'undone' });
			expect(await items()).toEqual([]);
		});

		test('an account that is deleted leaves its import to the organization', async () => {
			await addOwner();
			const id = await startImport(sql, whose, file);
			const running = work(await claim());
			await sql('delete from auth.users where id = $1', [whose.person]);
			expect(await running).toBe(false);
			expect(await read(id)).toMatchObject({ status: 'done', done: lines });
			expect(await findDifferences(sql, whose.place, lines, 1)).toEqual([]);
		});

		test('an organization that is deleted takes all with it, and its worker ends quietly', async () => {
			const token = await race.tokenOf(whose.person);
			await startImport(sql, whose, file);
			const held = await claim();
			expect(await step(held)).toBe(true);
			const running = work(held);
			expect(
				await race.ask(token, `select public.delete_organization('${whose.place}', 'Place')`),
			).not.toBe('40P01');
			// Already over, when the worker was quicker.
			expect(['lease_lost', false]).toContain(await running);
			for (const table of [
				'public.scheduled_jobs',
				'public.import_files',
				'public.inventory_items',
				'private.import_chunks',
				'private.import_changes',
				'private.import_refusals',
				'private.jobs',
			]) {
				expect(await sql(`select from ${table}`), table).toHaveLength(0);
			}
		});

		/** A member who edits one item after the other as long as something goes on. */
		async function editDuring(running: Promise<unknown>, edit: (number: number) => string) {
			const token = await race.tokenOf(whose.person);
			const going = { on: true };
			const ended = running.finally(() => {
				going.on = false;
			});
			for (let number = 1; going.on; number += 7) await race.ask(token, edit(number % lines));
			return ended;
		}
		const rename = (number: number) =>
			`update public.inventory_items set name = 'Edited' where organization_id = '${whose.place}' and sku = 'SKU-${number}'`;

		test('who edits while it runs: no edit is half there, and the undo knows of each', async () => {
			await startImport(sql, whose, file);
			await work(await claim());
			const id = await startImport(sql, whose, file);
			expect(await editDuring(work(await claim()), rename)).toBe(false);
			const now = await read(id);
			expect(now).toMatchObject({ status: 'done', done: lines, added: 0, updated: good });
			const rows = await items();
			expect(rows).toHaveLength(good);
			// Whoever came last is seen: the import's mark is there when it is the import, and not when it is a person.
			for (const { sku, name, import_id } of rows) {
				expect([sku, name]).toEqual([sku, import_id ? sku.replace('SKU-', 'Item ') : 'Edited']);
			}
			const touched = rows.filter(({ import_id }) => import_id !== id).length;
			const token = await race.tokenOf(whose.person);
			const answer = await race.ask(token, `select public.undo_import('${id}')`);
			expect(answer).toBe(touched > 0 ? 'import_touched' : '');
		});

		test('who adds a sku at the same moment: it was known, and the undo gives it back', async () => {
			const id = await startImport(sql, whose, file);
			const held = await claim();
			const add = `insert into public.inventory_items (organization_id, sku, name)
				values ('${whose.place}', 'SKU-3', 'By hand')`;
			expect(await race.meet(add, [() => work(held)])).toEqual([false]);
			expect(await read(id)).toMatchObject({ done: lines, added: good - 1, updated: 1 });
			const item = (rows: Awaited<ReturnType<typeof items>>) =>
				rows.find(({ sku }) => sku === 'SKU-3');
			expect(item(await items())).toMatchObject({ name: 'Item 3', version: 2, import_id: id });
			await race.ask(await race.tokenOf(whose.person), `select public.undo_import('${id}')`);
			expect(await work(await claim())).toBe(false);
			expect(await items()).toMatchObject([{ sku: 'SKU-3', name: 'By hand', import_id: null }]);
		});

		test('who edits an item at the same moment: the import comes after, and the undo gives the edit back', async () => {
			await startImport(sql, whose, file);
			await work(await claim());
			const id = await startImport(sql, whose, file);
			const held = await claim();
			expect(await race.meet(rename(3), [() => work(held)])).toEqual([false]);
			expect(await read(id)).toMatchObject({ done: lines, updated: good });
			await race.ask(await race.tokenOf(whose.person), `select public.undo_import('${id}')`);
			expect(await work(await claim())).toBe(false);
			const edited = (await items()).filter(({ import_id }) => import_id === null);
			expect(edited).toMatchObject([{ sku: 'SKU-3', name: 'Edited' }]);
		});

		test('who edits an item at the moment of its undo: the edit is left, and the rest is undone', async () => {
			const id = await startImport(sql, whose, file);
			await work(await claim());
			await race.ask(await race.tokenOf(whose.person), `select public.undo_import('${id}')`);
			const held = await claim();
			expect(await race.meet(rename(3), [() => work(held)])).toEqual([false]);
			expect(await items()).toMatchObject([{ sku: 'SKU-3', name: 'Edited' }]);
			expect(await read(id)).toMatchObject({ status: 'undone', undone: good - 1 });
		});

		test('an organization that is deleted takes the queue before its imports, as a worker does', async () => {
			await startImport(sql, whose, file);
			const token = await race.tokenOf(whose.person);
			const outcomes = await race.meet(
				'select from private.jobs for update',
				[() => race.call(token, `delete_organization('${whose.place}', 'Place')`)],
				(holder) => holder`select from public.scheduled_jobs for update nowait`,
			);
			expect(outcomes).toEqual(['done']);
		});

		test('a new file takes the organization before a stale one, as its deletion does', async () => {
			await sql(
				`update public.import_files set complete = false, created_at = now() - interval '2 days'`,
			);
			const token = await race.tokenOf(whose.person);
			const answers = await race.meet(
				'select from public.organizations for update',
				[() => race.ask(token, begun.file())],
				(holder) => holder`delete from public.organizations`,
			);
			expect(answers).toEqual(['no_organization']);
		});

		const left = {
			'its imports': async () => {
				await startImport(sql, whose, file);
				await sql('update public.import_files set created_by = null');
				return 'private.jobs';
			},
			'its files': async () => 'public.import_files',
		};
		test.each(Object.entries(left))(
			'an account takes an organization that it has left before %s',
			async (_, leave) => {
				const later = await leave();
				const token = await race.tokenOf(whose.person);
				await addOwner();
				await sql('delete from public.memberships where user_id = $1', [whose.person]);
				const outcomes = await race.meet(
					'select from public.organizations for update',
					[() => race.call(token, 'delete_my_account()')],
					(holder) => holder.unsafe(`select from ${later} for update nowait`),
				);
				expect(outcomes).toEqual(['done']);
			},
		);

		test('an import is handed over to who seems to be leaving, too, when there is nobody else', async () => {
			const heir = await addOwner();
			await startImport(sql, whose, file);
			const token = await race.tokenOf(whose.person);
			const outcomes = await race.meet(
				`select from auth.users where id = '${heir.person}' for update`,
				[() => race.call(token, 'delete_my_account()')],
			);
			expect(outcomes).toEqual(['done']);
			expect(await sql('select owner_id from private.jobs')).toEqual([{ owner_id: heir.person }]);
		});

		test('a new file takes the account before the organization, as its deletion does', async () => {
			const token = await race.tokenOf(whose.person);
			const answers = await race.meet(
				`select from auth.users where id = '${whose.person}' for update`,
				[() => race.ask(token, begun.file())],
				(holder) => holder`select from public.organizations for update nowait`,
			);
			expect(answers).toEqual(['authenticated']);
		});

		test('who edits an item waits for no import that is being deleted, and is in the way of it', async () => {
			await startImport(sql, whose, file);
			const held = await claim();
			await step(held);
			const token = await race.tokenOf(whose.person);
			await race.pass('select from public.scheduled_jobs for update', () =>
				race.ask(token, rename(3)),
			);
			expect((await items()).find(({ sku }) => sku === 'SKU-3')).toMatchObject({ name: 'Edited' });
		});

		test('an import is handed over to nobody who is leaving, too', async () => {
			const [leaving, staying] = [await addOwner(), await addOwner()];
			await startImport(sql, whose, file);
			const token = await race.tokenOf(whose.person);
			const outcome = await race.pass(
				`select from auth.users where id = '${leaving.person}' for update`,
				() => race.call(token, 'delete_my_account()'),
			);
			expect(outcome).toBe('done');
			expect(await sql('select owner_id from private.jobs')).toEqual([
				{ owner_id: staying.person },
			]);
		});

		test('a member who is leaving holds up nobody who cancels an import', async () => {
			const id = await startImport(sql, whose, file);
			const { person } = await addOwner();
			const token = await race.tokenOf(whose.person);
			const answer = await race.pass(`delete from auth.users where id = '${person}'`, () =>
				race.ask(token, `select public.cancel_import('${id}')`),
			);
			expect(answer).toBe(true);
		});
	},
);
