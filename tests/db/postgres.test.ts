import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { findPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

/** Starts a server, says where its data is, and then waits without an end. */
const testRun = `
	import { startPostgres } from '${new URL('../support/postgres.ts', import.meta.url)}';
	const server = await startPostgres();
	const [row] = await server.connect()\`select current_setting('data_directory') as folder\`;
	console.log(row.folder);
`;

describe.skipIf(!findPostgres())('the throw-away server on PostgreSQL', () => {
	test('is gone with its data when the test run is killed', async () => {
		const run = spawn(process.execPath, ['--input-type=module', '--eval', testRun], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const [folder] = await once(createInterface(run.stdout), 'line');
		expect(existsSync(`${folder}/postmaster.pid`)).toBe(true);

		run.kill('SIGKILL');

		await until(`${folder} to be removed`, async () => !existsSync(`${folder}`));
	});
});
