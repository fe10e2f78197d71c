import type { PGliteOptions } from '@electric-sql/pglite';
import { App } from '@supabase/lite';
import { openPglite, type Database } from './database.ts';
import { applyMigrations, listMigrations } from './migrations.ts';
import { createRoles } from './roles.ts';

/** A database in memory with the auth schema and all migrations, and with nothing that the backend does later. */
export async function openScratchDatabase(options?: PGliteOptions): Promise<Database> {
	const database = await openPglite(undefined, options);
	await createRoles(database);
	await new App({
		connection: database.connection,
		storage: { enabled: false },
	}).ensureSystemSchema();
	await applyMigrations(database, listMigrations());
	return database;
}
