import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startLocalSupabase, type LocalSupabase } from '../../supabase/local/start.ts';
import { makeDataFolder } from './backend.ts';
import { freePorts } from './server.ts';

/** A queue with jobs whose effects can be counted, and workers that can be killed. */
export type Trial = {
	backend: LocalSupabase;
	sql<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
	/** Puts jobs of this kind in, for somebody made for it. */
	enqueue(kind: string, count: number): Promise<void>;
	/** How many jobs are in the queue, by state. */
	states(): Promise<Partial<Record<string, number>>>;
	startWorker(): Promise<ChildProcess>;
	stop(): Promise<void>;
};

/**
 * Each of a job's steps is noted once, as a task would store a result that may come twice, and each time with the token
 * of who wrote it; its end counts up, as one would store what must not.
 */
const effects = `
	create table public.trial_steps (subject_id uuid, step integer, primary key (subject_id, step));
	create table public.trial_writers (token bigint);
	create table public.trial_ends (subject_id uuid primary key, count integer not null);
	create function public.trial_step(job_id bigint, token bigint, subject_id uuid, step integer) returns void
	language plpgsql set search_path = '' as $$
	#variable_conflict use_variable
	begin
		perform private.require_lease(job_id, token);
		insert into public.trial_steps values (subject_id, step) on conflict do nothing;
		insert into public.trial_writers values (token);
	end;
	$$;
	create function public.trial_end(job_id bigint, token bigint, subject_id uuid) returns void
	language plpgsql set search_path = '' as $$
	#variable_conflict use_variable
	begin
		insert into public.trial_ends as ended values (subject_id, 1)
		on conflict on constraint trial_ends_pkey do update set count = ended.count + 1;
		perform private.finish_job(job_id, token);
	end;
	$$;
	revoke all on public.trial_steps, public.trial_writers, public.trial_ends from public, anon, authenticated;
	grant all on public.trial_steps, public.trial_writers, public.trial_ends to service_role;
	grant execute on function public.trial_step(bigint, bigint, uuid, integer), public.trial_end(bigint, bigint, uuid) to service_role;
`;

export async function startTrial(databaseUrl?: string): Promise<Trial> {
	const folder = makeDataFolder();
	const [port = 0] = await freePorts(1);
	const backend = await startLocalSupabase(
		{
			databaseUrl,
			local: { port, data: folder.data },
			origin: 'http://localhost:3000',
			showsInbox: true,
			seedsPeople: false,
		},
		() => undefined,
	);
	const { database } = backend;
	const sql = <Row>(text: string, parameters?: unknown[]) =>
		database.exclusive(() => database.query<Row>(text, parameters));
	await database.exclusive(() => database.transaction(effects));
	await sql(`insert into auth.users (id, email) values (gen_random_uuid(), 'owner@example.com')`);
	const workers = new Set<ChildProcess>();
	return {
		backend,
		sql,
		enqueue: async (kind, count) => {
			await sql(
				`insert into private.jobs (kind, subject_id, owner_id)
				select $1, gen_random_uuid(), (select id from auth.users) from generate_series(1, $2::integer)`,
				[kind, count],
			);
		},
		states: async () => {
			const rows = await sql<{ state: string; count: number }>(
				`select private.job_state(job) as state, count(*)::integer as count from private.jobs as job group by 1`,
			);
			return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
		},
		async startWorker() {
			const worker = fork('tests/support/trial-worker.ts', {
				env: {
					...process.env,
					PUBLIC_SUPABASE_URL: backend.url,
					SUPABASE_SECRET_KEY: backend.secretKey,
				},
				// To measure its memory, not its garbage.
				execArgv: ['--expose-gc'],
				stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
			});
			workers.add(worker);
			await once(worker, 'message');
			return worker;
		},
		async stop() {
			for (const worker of workers) {
				if (worker.exitCode !== null || worker.signalCode !== null) continue;
				worker.kill('SIGKILL');
				await once(worker, 'exit');
			}
			await backend.stop();
			folder.remove();
		},
	};
}
