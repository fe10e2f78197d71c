import type { RequestEvent } from '@sveltejs/kit';
import { countUse } from '../../limits.server.ts';
import { requirePerson } from '../../require-person.server.ts';
import { createAuthClient, createForgetfulClient } from '../../supabase/auth.server.ts';
import type { Client } from '../../supabase/request.server.ts';
import { proveIdentity } from './identity.service.ts';

/** Answers the client of a person who has just shown that it is them. Each try counts as a log-in. */
export async function requireIdentity(event: RequestEvent, password: string): Promise<Client> {
	const person = requirePerson(event);
	await countUse(event, 'log-in', person.email);
	const client = createAuthClient(event);
	await proveIdentity(client, createForgetfulClient(event), person, password);
	return client;
}

/** The codes that belong beside the field for the password of now. */
export const identityFaults = {
	password_missing: 'current_password',
	wrong_password: 'current_password',
};
