import { rmSync } from 'node:fs';
import { lockFolder } from '../../supabase/local/lock.ts';
import { run } from './run.ts';
import { readSettings, StartError } from './settings.ts';

/** Empties the embedded backend's data folder; the next start makes everything anew. */
await run(async () => {
	const { databaseUrl, project, local } = readSettings();
	if (project || databaseUrl) {
		throw new StartError(
			'This empties the embedded database only. PUBLIC_SUPABASE_URL and DATABASE_URL name another one, which is left alone.',
		);
	}
	lockFolder(local.data).release();
	rmSync(local.data, { recursive: true, force: true });
	console.log(`${local.data} is empty. Start again with "npm run dev".`);
});
