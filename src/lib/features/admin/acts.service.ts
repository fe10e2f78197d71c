import * as v from 'valibot';
import type { Client } from '../../supabase/request.server.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import { repairBatch, repairOutcome, type RepairBatch, type RepairOutcome } from './answers.ts';

/** Answers whether it changed. */
export async function setRole(
	client: Client,
	userId: string,
	role: 'user' | 'admin',
): Promise<boolean> {
	return answerOf(client.rpc('admin_set_role', { user_id: userId, role }));
}

/** Answers how many sessions ended with it. Without days there is no end. */
export async function suspendUser(
	client: Client,
	userId: string,
	{ reason, days }: { reason: string; days: string },
	now = Date.now(),
): Promise<number> {
	const until = days && { until: new Date(now + Number(days) * 86_400_000).toISOString() };
	return answerOf(client.rpc('admin_suspend_user', { user_id: userId, reason, ...(until || {}) }));
}

/** Answers whether they were suspended. */
export async function restoreUser(client: Client, userId: string): Promise<boolean> {
	return answerOf(client.rpc('admin_restore_user', { user_id: userId }));
}

/** Answers whether it was still there. */
export async function endSession(client: Client, sessionId: string): Promise<boolean> {
	return answerOf(client.rpc('admin_end_session', { session_id: sessionId }));
}

/** Answers how many. */
export async function endSessions(client: Client, userId: string): Promise<number> {
	return answerOf(client.rpc('admin_end_sessions', { user_id: userId }));
}

/** `email` is what the admin typed to say whom they mean. */
export async function deleteUser(
	client: Client,
	userId: string,
	{ email, why }: { email: string; why: string },
): Promise<void> {
	await answerOf(client.rpc('admin_delete_user', { user_id: userId, email, reason: why }));
}

/** Keeps in the log what was done through the auth server. */
export async function recordAct(
	client: Client,
	userId: string,
	act: 'recovery_sent' | 'confirmation_resent',
): Promise<void> {
	await answerOf(client.rpc('admin_record', { act, user_id: userId }));
}

export async function repairProfile(client: Client, userId: string): Promise<RepairOutcome> {
	return v.parse(
		repairOutcome,
		await answerOf(client.rpc('admin_repair_profile', { user_id: userId })),
	);
}

/** Tries the next of those without a profile. */
export async function repairProfiles(client: Client, cursor: string | null): Promise<RepairBatch> {
	const call = client.rpc('admin_repair_profiles', { batch: 100, ...(cursor && { cursor }) });
	return v.parse(repairBatch, await answerOf(call));
}
