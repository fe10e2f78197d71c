import type { Handle, RequestEvent } from '@sveltejs/kit';
import { AppError } from '../../errors.ts';
import { refuse } from '../../handles/refuse.server.ts';
import { clearSessionCookies, hasSessionCookie } from '../../supabase/request.server.ts';
import { findWhoAsks, toPerson } from '../../supabase/who-asks.server.ts';
import { sayOnce } from '../../toast.server.ts';
import { ensureProfile, type Profile } from './ensure-profile.service.ts';

/** Who asks. A guest costs no call; a person costs one, which brings their profile. */
export const session: Handle = async ({ event, resolve }) => {
	const { locals, cookies, url } = event;
	locals.person = null;
	locals.me = {};
	locals.hindrance = null;
	// Logging out must work for everybody, also while nobody can tell who asks.
	if (!hasSessionCookie(cookies) || url.pathname === '/log-out') return resolve(event);
	try {
		const asking = await findWhoAsks(locals.supabase);
		if (asking.kind === 'nobody') {
			locals.log.info({ event: 'session.refused', reason: asking.reason });
			clearSessionCookies(event);
		} else if (asking.kind === 'suspended') {
			locals.hindrance = asking;
		} else {
			locals.me = asking.answer;
			const profile = asking.profile ?? (await makeProfile(event, asking.id));
			if (profile) locals.person = toPerson(asking, profile);
			if (profile && !asking.originNoted) await noteOrigin(event);
		}
	} catch (problem) {
		if (!(problem instanceof AppError)) throw problem;
		const { code, status, upstream } = problem;
		locals.log.error({ event: 'session.unknown', code, status, upstream });
		return refuse(event, status, problem.message);
	}
	return resolve(event);
};

/** At the first page of a session: it is told from where it was begun. The auth server has seen this app alone. */
async function noteOrigin({ locals, request, getClientAddress }: RequestEvent): Promise<void> {
	const user_agent = request.headers.get('user-agent') ?? '';
	const ip = addressFrom(getClientAddress);
	const { error } = await locals.supabase.rpc('note_my_session', { user_agent, ip });
	// The list of sessions says less then, and the next page tries again.
	if (error) locals.log.warn({ event: 'session.origin_not_noted', code: error.code });
}

/** Nobody knows it where ADDRESS_HEADER names a header that the request lacks: a page goes on without. */
function addressFrom(getClientAddress: () => string): string {
	try {
		return getClientAddress();
	} catch {
		return '';
	}
}

/** The fallback: the trigger made no profile, so the person inserts it, now that their session is confirmed. */
async function makeProfile(event: RequestEvent, id: string): Promise<Profile | null> {
	const { locals } = event;
	const ensured = await ensureProfile(locals.supabase, id);
	const { kind, ...details } = ensured;
	if (ensured.kind === 'profile') {
		locals.log.warn({ event: 'profile.made_by_fallback', user: id });
		return ensured.profile;
	}
	locals.log.error({ event: `profile.${kind}`, user: id, ...details });
	if (ensured.kind === 'suspended') {
		locals.hindrance = ensured;
	} else if (ensured.kind === 'gone' || ensured.kind === 'ended') {
		clearSessionCookies(event);
		const told = {
			gone: 'This account has been deleted.',
			ended: 'Your log-in has ended. Please log in again.',
		};
		sayOnce(event, 'info', told[ensured.kind]);
	} else {
		locals.hindrance = { kind: 'unfinished', passing: ensured.kind === 'later' };
	}
	return null;
}
