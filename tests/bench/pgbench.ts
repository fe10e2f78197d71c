/** How long a statement takes when the data API sends it, by pgbench, which comes with PostgreSQL. */
import { execFile } from 'node:child_process';
import { writeFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres } from '../support/postgres.ts';

export type Asked = {
	/** The database. */
	url: string;
	role: string;
	claims: object;
	statement: string;
	/** What `$1` stands for. */
	about: string | undefined;
	times: number;
	/** `prepared`: planned once; `extended`: read and planned each time. */
	mode: 'prepared' | 'extended';
};

/** In milliseconds, on average over all the times. */
export type Took = {
	/** The statement alone. */
	statement: number;
	/** With what goes around it: the transaction, the role and the claims. */
	request: number;
};

const run = promisify(execFile);

export async function pgbench(asked: Asked): Promise<Took> {
	const programs = findPostgres();
	if (!programs) throw new Error('This needs PostgreSQL on the machine.');
	const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pgbench-'));
	const script = join(folder, 'request.sql');
	const claims = JSON.stringify(asked.claims);
	writeFileSync(
		script,
		[
			'begin',
			`select set_config('request.jwt.claims', '${claims}', true), set_config('role', '${asked.role}', true)`,
			asked.statement.replaceAll('$1', ':about'),
			'rollback',
		]
			.map((command) => `${command};\n`)
			.join(''),
	);
	try {
		const { stdout } = await run(
			'pgbench',
			[
				...['--no-vacuum', '--report-per-command', `--protocol=${asked.mode}`],
				...(asked.about ? [`--define=about=${asked.about}`] : []),
				...[`--transactions=${asked.times}`, `--file=${script}`, asked.url],
			],
			{
				env: {
					...process.env,
					PATH: [process.env.PATH, programs.folder].join(delimiter),
					// No triggers and foreign keys: they would hide what the policies cost.
					PGOPTIONS: '-c session_replication_role=replica',
				},
			},
		);
		return read(stdout);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function read(report: string): Took {
	const request = /^latency average = ([\d.]+) ms/m.exec(report)?.[1];
	const [, commands = ''] = report.split('statement latencies in milliseconds');
	const [, , statement] = [...commands.matchAll(/^ +([\d.]+) /gm)].map(([, took]) => took);
	if (!request || !statement) throw new Error(`pgbench reports something else:\n${report}`);
	return { statement: Number(statement), request: Number(request) };
}
