import { error } from '@sveltejs/kit';
import { act } from '$lib/act.server.ts';
import {
	buttonSchema,
	deleteSchema,
	roleSchema,
	sessionSchema,
	suspendSchema,
} from '$lib/features/admin/acts.schema.ts';
import {
	deleteUser,
	endSession,
	endSessions,
	recordAct,
	repairProfile,
	restoreUser,
	setRole,
	suspendUser,
} from '$lib/features/admin/acts.service.ts';
import { findUser } from '$lib/features/admin/users.service.ts';
import { counted } from '$lib/features/admin/words.ts';
import { sendCode, sendReset } from '$lib/features/registration/mail.service.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import { createAuthClient } from '$lib/supabase/auth.server.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => ({
	user: await requireUser({ locals, params }),
});

export const actions: Actions = {
	role: act(roleSchema, async ({ locals, params }: RequestEvent, { role }) => {
		await setRole(locals.supabase, params.id, role);
		return { text: role === 'admin' ? 'They are an admin now.' : 'They are no admin any more.' };
	}),
	suspend: act(suspendSchema, async ({ locals, params }: RequestEvent, suspension) => {
		const ended = await suspendUser(locals.supabase, params.id, suspension);
		return { text: `Suspended. ${counted(ended, 'session', 'sessions')} ended.` };
	}),
	restore: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		await restoreUser(locals.supabase, params.id);
		return { text: 'Restored. They can log in again.' };
	}),
	endSession: act(sessionSchema, async ({ locals }: RequestEvent, { session }) => {
		const ended = await endSession(locals.supabase, session);
		return { text: ended ? 'The session has ended.' : 'The session was over already.' };
	}),
	endSessions: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		const ended = await endSessions(locals.supabase, params.id);
		return { text: `${counted(ended, 'session', 'sessions')} ended.` };
	}),
	repair: act(buttonSchema, async ({ locals, params }: RequestEvent) => {
		const { outcome, sqlstate, message } = await repairProfile(locals.supabase, params.id);
		if (outcome === 'repaired') return { text: 'The profile has been made.' };
		if (outcome === 'present') return { text: 'The profile is there already.' };
		return { kind: 'error', text: `The profile could not be made: ${sqlstate}, ${message}` };
	}),
	recovery: act(buttonSchema, (event: RequestEvent) => sendMail(event, 'recovery_sent')),
	confirmation: act(buttonSchema, (event: RequestEvent) => sendMail(event, 'confirmation_resent')),
	delete: act(
		deleteSchema,
		async ({ locals, params }: RequestEvent, confirmation) => {
			await deleteUser(locals.supabase, params.id, confirmation);
			return { text: `${confirmation.email} has been deleted.`, to: '/admin/users' };
		},
		{ email_differs: 'email' },
	),
};

async function requireUser({ locals, params }: Pick<RequestEvent, 'locals' | 'params'>) {
	const user = await showOrFail(findUser(locals.supabase, params.id));
	return user ?? error(404, 'There is no such account.');
}

async function sendMail(event: RequestEvent, kind: 'recovery_sent' | 'confirmation_resent') {
	const { email } = await requireUser(event);
	if (!email) return { kind: 'error' as const, text: 'This account has no email.' };
	const send = kind === 'recovery_sent' ? sendReset : sendCode;
	// The line comes first: nothing is done of which there is none. It says that a mail was asked for.
	await recordAct(event.locals.supabase, event.params.id, kind);
	const sent = await send(createAuthClient(event), email, `${event.url.origin}/home`);
	if (sent === 'failed') return { kind: 'error' as const, text: 'The mail could not be sent.' };
	// The auth server sends one mail a minute to an address, and does not say which of them were too many.
	return {
		text: `A mail to ${email} has been asked for. If one went there less than a minute ago, that one counts.`,
	};
}
