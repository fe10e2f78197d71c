import type { PostgrestError } from '@supabase/supabase-js';
import { setTimeout } from 'node:timers/promises';
import { fromPostgrest } from '../../errors.ts';
import type { Client } from '../../supabase/request.server.ts';
import { findWhoAsks, refresh } from '../../supabase/who-asks.server.ts';
import { nameFault, type InstallationFault } from './installation-fault.ts';

export type Profile = { name: string; role: 'user' | 'admin'; avatar_hue: number };

export type Ensured =
	| { kind: 'profile'; profile: Profile }
	/** The account was deleted meanwhile. */
	| { kind: 'gone' }
	/** The session was ended meanwhile, or the account banned. */
	| { kind: 'ended' }
	| { kind: 'suspended'; until: string | null; reason: string | null }
	/** A fault that passes outlasted our patience: the next request tries again. */
	| { kind: 'later'; code: string }
	/** Trying again cannot help: somebody has to mend the installation. */
	| { kind: 'broken'; fault: InstallationFault; sqlstate: string; message: string };

const patience = 5_000;
const columns = 'name, role, avatar_hue';

/**
 * Makes the profile that the trigger could not make: inserted as the person themselves, through the policy. Any number
 * of these may run at once, and it may be there already: the primary key keeps it one.
 */
export async function ensureProfile(client: Client, id: string): Promise<Ensured> {
	const deadline = Date.now() + patience;
	let refreshed = false;
	for (let attempt = 0; ; attempt += 1) {
		const { data, error, status } = await insertOrFind(client, id);
		if (!error) return { kind: 'profile', profile: toProfile(data) };
		if (error.code === '23503') return { kind: 'gone' };

		const failure = fromPostgrest(error, status);
		if (failure.status === 401 && !refreshed) {
			refreshed = true;
			if (await refresh(client)) continue;
		}
		if (failure.status === 401) return { kind: 'ended' };
		if (failure.status !== 503) return explain(client, error);

		const wait = 100 * 2 ** attempt * (0.5 + Math.random());
		if (Date.now() + wait > deadline) return { kind: 'later', code: failure.code };
		await setTimeout(wait);
	}
}

async function insertOrFind(client: Client, id: string) {
	const inserted = await client.from('users').insert({ id }).select(columns).single();
	if (inserted.error?.code !== '23505') return inserted;
	return client.from('users').select(columns).eq('id', id).single();
}

/** A refusal for good: because of who asks, as they are by now, or because the installation is not as it should be. */
async function explain(client: Client, error: PostgrestError): Promise<Ensured> {
	const asking = await findWhoAsks(client);
	if (asking.kind === 'nobody') return { kind: 'ended' };
	if (asking.kind === 'suspended') return asking;
	if (asking.profile) return { kind: 'profile', profile: asking.profile };
	// Where an admin sees it. When even that fails, the log still says it.
	await client.rpc('report_registration_failure', { sqlstate: error.code, message: error.message });
	return { kind: 'broken', fault: nameFault(error), sqlstate: error.code, message: error.message };
}

function toProfile(row: { name: string; role: string; avatar_hue: number }): Profile {
	return { ...row, role: row.role === 'admin' ? 'admin' : 'user' };
}
