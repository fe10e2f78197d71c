import type { AuthError } from '@supabase/supabase-js';
import * as v from 'valibot';
import { fromAuth, fromPostgrest } from '../errors.ts';
import type { Person } from '../person.ts';
import { inBudget } from './refresh-budget.ts';
import type { Client } from './request.server.ts';

/** What features have added to it, they read themselves. */
const answer = v.looseObject({
	id: v.nullable(v.string()),
	alive: v.boolean(),
	email: v.nullable(v.string()),
	suspended: v.boolean(),
	suspended_until: v.nullable(v.string()),
	suspended_reason: v.nullable(v.string()),
	origin_noted: v.nullable(v.boolean()),
	profile: v.nullable(
		v.object({
			name: v.string(),
			role: v.picklist(['user', 'admin']),
			avatar_hue: v.number(),
		}),
	),
});

type Me = v.InferOutput<typeof answer>;

export type Asking =
	/** The cookies hold no session that the backend accepts. */
	| { kind: 'nobody'; reason: string }
	| { kind: 'suspended'; until: string | null; reason: string | null }
	| {
			kind: 'person';
			id: string;
			email: string;
			profile: NonNullable<Me['profile']> | null;
			/** Whether the database knows from where the session was begun. */
			originNoted: boolean;
			answer: Record<string, unknown>;
	  };

/**
 * Asks the database who is asking: one call, answered from its tables and not from what the token says of itself, so
 * that a sign-out, a suspension or a deletion holds from the next click on. Throws when nobody can tell: then the
 * person is neither signed in nor signed out.
 */
export async function findWhoAsks(client: Client): Promise<Asking> {
	const { data, error } = await inBudget(client.auth.getSession());
	if (error) return { kind: 'nobody', reason: refusalOf(error) };
	if (!data.session) return { kind: 'nobody', reason: 'unreadable' };

	const first = await callMe(client);
	if (first.kind === 'answer') return interpret(first.me);
	// The database's clock may be ahead of ours: what it holds to be expired is refreshed once.
	if (!(await refresh(client))) return { kind: 'nobody', reason: first.reason };
	const second = await callMe(client);
	return second.kind === 'answer'
		? interpret(second.me)
		: { kind: 'nobody', reason: second.reason };
}

/** Takes a new session for the old one. Answers false when the auth server refuses, and throws when nobody can tell. */
export async function refresh(client: Client): Promise<boolean> {
	const { error } = await inBudget(client.auth.refreshSession());
	if (error) refusalOf(error);
	return error === null;
}

/** Throws when the auth server has not refused, only not answered: then the session may be as good as ever. */
function refusalOf(error: AuthError): string {
	const failure = fromAuth(error);
	if (failure.status === 503) throw failure;
	return failure.code;
}

async function callMe(
	client: Client,
): Promise<{ kind: 'answer'; me: Me } | { kind: 'refused'; reason: string }> {
	const { data, error, status } = await client.rpc('me', {}, { get: true });
	if (!error) return { kind: 'answer', me: v.parse(answer, data) };
	if (status === 401) return { kind: 'refused', reason: error.code };
	throw fromPostgrest(error, status);
}

function interpret(me: Me): Asking {
	if (!me.alive || !me.id) return { kind: 'nobody', reason: 'session_ended' };
	if (me.suspended)
		return { kind: 'suspended', until: me.suspended_until, reason: me.suspended_reason };
	const { id, email, profile, origin_noted } = me;
	const originNoted = origin_noted === true;
	return { kind: 'person', id, email: email ?? '', profile, originNoted, answer: me };
}

export function toPerson(
	asking: { id: string; email: string },
	profile: NonNullable<Me['profile']>,
): Person {
	const { name, role, avatar_hue: avatarHue } = profile;
	return { id: asking.id, email: asking.email, name, role, avatarHue };
}
