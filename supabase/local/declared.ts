import { getAuthSchemaSql } from '@supabase/lite';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMigrations } from './migrations.ts';
import { listPrivileges, readPrivileges, type Declared } from './privileges.ts';
import { openScratchDatabase } from './scratch.ts';
import { writeWhole } from './write-whole.ts';

/**
 * What the migrations declare is what they leave behind in a database where nothing else has run. Making that database
 * takes seconds, so its answer is kept beside the data until a migration changes.
 */
export async function readDeclared(folder: string): Promise<Declared> {
	const file = join(folder, 'declared-privileges.json');
	const version = createHash('sha256')
		.update(JSON.stringify([listMigrations(), listPrivileges, getAuthSchemaSql()]))
		.digest('hex');
	const kept = readKept(file);
	if (kept?.version === version) return kept.declared;
	const declared = await derive();
	writeWhole(file, JSON.stringify({ version, declared }));
	return declared;
}

type Kept = { version: string; declared: Declared };

function readKept(file: string): Kept | null {
	try {
		const kept: Kept = JSON.parse(readFileSync(file, 'utf8'));
		return kept;
	} catch {
		return null;
	}
}

async function derive(): Promise<Declared> {
	const scratch = await openScratchDatabase();
	try {
		const rows = await scratch.query<{ nspname: string }>(
			`select nspname from pg_namespace where nspname not like 'pg\\_%' and nspname <> 'information_schema'`,
		);
		const schemas = rows.map((row) => row.nspname);
		return { schemas, privileges: await readPrivileges(scratch, schemas) };
	} finally {
		await scratch.close();
	}
}
