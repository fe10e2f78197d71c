import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../../src/cli/settings.ts';
import type { Database } from './database.ts';

const folder = 'supabase/migrations';

export type Migration = { version: string; name: string; sql: string };

/** In the order in which they run: the names begin with the time. */
export function listMigrations(): Migration[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith('.sql'))
		.sort()
		.map((file) => {
			const [, version, name] = /^(\d{14})_(\w+)\.sql$/.exec(file) ?? [];
			if (!version || !name)
				throw new StartError(`${folder}/${file}: the name must be <14 digits>_<slug>.sql.`);
			return { version, name, sql: readFileSync(join(folder, file), 'utf8') };
		});
}

/**
 * Applies what is pending, each file in one transaction with its line in the history, and answers how many were
 * applied. The history table is the Supabase CLI's, so that the same database can be handed from one to the other.
 */
export async function applyMigrations(
	database: Database,
	migrations: Migration[],
): Promise<number> {
	const rows = await database.query<{ version: string }>(
		'select version from supabase_migrations.schema_migrations',
	);
	const applied = new Set(rows.map((row) => row.version));
	const pending = migrations.filter((migration) => !applied.has(migration.version));
	for (const { version, name, sql } of pending) {
		try {
			await database.transaction(
				`${sql};\ninsert into supabase_migrations.schema_migrations (version, name) values ('${version}', '${name}');`,
			);
		} catch (error) {
			throw new StartError(
				`${folder}/${version}_${name}.sql failed and was rolled back: ${error instanceof Error ? error.message : error}`,
			);
		}
	}
	return pending.length;
}
