/** Makes faults, and takes them away again whatever happens meanwhile. */
import { readFileSync } from 'node:fs';
import type { Proxy } from '../support/proxy.ts';
import type { Stage } from '../support/stage.ts';

/** Runs `make`, then what is to be seen of it, then `mend`. */
export async function withFault<T>(
	stage: Stage,
	{ make, mend }: { make: string; mend: string },
	during: () => Promise<T>,
): Promise<T> {
	await stage.script(make);
	try {
		return await during();
	} finally {
		await stage.script(mend);
	}
}

/** What becomes of requests to the backend meanwhile. */
export async function withNetwork<T>(
	stage: Stage,
	decide: Proxy['decide'],
	during: () => Promise<T>,
): Promise<T> {
	stage.proxy.decide = decide;
	try {
		return await during();
	} finally {
		stage.proxy.decide = () => 'pass';
	}
}

const migration = readFileSync('supabase/migrations/20260101000100_registration.sql', 'utf8');

/** The statement of the migration that begins so: what mends what a test has broken. */
export function declared(beginning: string): string {
	const start = migration.indexOf(beginning);
	if (start < 0) throw new Error(`The migration has no statement “${beginning} …”`);
	const end = beginning.startsWith('create function') ? '\n$$;' : ';';
	const statement = migration.slice(start, migration.indexOf(end, start) + end.length);
	return statement.replace(/^create function/, 'create or replace function');
}

/** What an account made outside of the app, or before the trigger was there, is without. */
export const noTrigger = {
	make: 'drop trigger on_auth_user_created on auth.users;',
	mend: declared('create or replace trigger on_auth_user_created'),
};
