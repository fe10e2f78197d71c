import type { AuthError, PostgrestError } from '@supabase/supabase-js';

/** What a service throws: a code for the log, a status for the answer, and a sentence for the person who reads it. */
export class AppError extends Error {
	override name = 'AppError';
	readonly code: string;
	readonly status: number;
	/** The status with which the backend answered, for the log. */
	readonly upstream: number | undefined;

	constructor(code: string, status: number, message: string, upstream?: number) {
		super(message);
		this.code = code;
		this.status = status;
		this.upstream = upstream;
	}
}

export const backendAway =
	'We cannot reach our database right now. Nothing is lost. Please try again in a moment.';

export const wrongCredentials = 'Email or password is not right.';

/** The codes that mean "not now" rather than "no": the database is away, restarting, or asked for too much at once. */
const passing = new Set([
	'57P01',
	'57P02',
	'57P03',
	'53300',
	'40001',
	'40P01',
	'55P03',
	'57014',
	'PGRST000',
	'PGRST001',
	'PGRST002',
	'PGRST003',
]);

const logInEnded = 'Your log-in has ended. Please log in again.';

export const logInAgain = 'Please log out and in again first, so that we know that it is you.';

/** What our own functions in the database refuse, by the name that they give it in the hint. */
const refusals: Partial<Record<string, string | ((detail: string) => string)>> = {
	log_in_again: logInAgain,
	last_admin: 'No active admin would be left. Make somebody else an admin first.',
	yourself: 'Nobody does this to themselves. Ask another admin.',
	no_account: 'This account does not exist any more.',
	not_confirmed: 'They have not confirmed their email and cannot log in yet.',
	profile_missing: 'This account has no profile yet. Repair it first.',
	no_failed_job: 'This job is not there any more, or has been sent again already.',
	no_card: 'There is no such card of yours.',
	too_many_cards: 'Five of your cards are being made already. Wait for one, or cancel one.',
	no_room_for_cards: 'You have a hundred cards. Delete one that you do not need.',
	card_not_done: 'A card has a link only when it is done.',
	email_differs: 'This is not the email of the account.',
	too_many_datasets: 'You keep 20 datasets or 24 MB already. Delete one that you do not need.',
	too_many_models: 'You have 100 models already. Delete one that you do not need.',
	too_many_trainings: 'Five of your trainings are not over yet. Wait for one, or stop one.',
	too_many_runs: 'This model has 100 trainings already. Delete some that you do not need.',
	no_organization: 'There is no such organization, or you are not a member any more.',
	not_owner: 'Only an owner of the organization may do this.',
	no_member: 'They are not a member any more.',
	last_owner: 'An organization has an owner. Make somebody else one first, or delete it.',
	too_many_organizations: 'You own 20 organizations already. Delete one that you do not need.',
	too_many_memberships: 'You are in 100 organizations already. Leave one that you do not need.',
	too_many_invitations: 'Fifty invitations are open already. Revoke one that nobody needs.',
	too_many_invitations_today: 'Two hundred invitations were made within a day. Go on tomorrow.',
	no_invitation: 'There is no such invitation any more.',
	name_differs: 'This is not the name of the organization.',
	invitation_unknown: 'There is no such invitation. Ask for a new link.',
	invitation_used: 'This invitation has been used. Ask for a new link.',
	invitation_revoked: 'This invitation was taken back. Ask for a new link.',
	invitation_expired: 'This invitation has expired. Ask for a new link.',
	invitation_for_another: 'This invitation is for another email than that of your account.',
	already_member: 'You are a member already.',
	no_import_file: 'This file has been deleted, or you are no member of its organization any more.',
	no_import: 'There is no such import, or you are no member of its organization any more.',
	not_uploader: 'Somebody else uploads this file.',
	chunk_unexpected: 'The file arrived in disorder. Please send it again.',
	file_incomplete: 'The file has not been read to its end. Please send it again.',
	mapping_invalid: 'Choose a column for the SKU and one for the name.',
	too_many_import_files:
		'Your organization keeps 100 files or 2 GB already. Delete some that nobody needs.',
	too_many_imports:
		'Five imports of your organization are not over yet. Wait for one, or cancel one.',
	import_not_over: 'This import is not over yet, or is undone already.',
	nothing_to_undo: 'This import has stored nothing: there is nothing to undo.',
	import_touched: (count) =>
		`This import cannot be undone any more: ${count} of its items have been changed since.`,
	import_details_gone:
		'This import is too old: only the 20 newest keep their refused lines, and can be undone.',
	no_dataset: 'The dataset of this model has been deleted. Give it another one first.',
};

/** Maps what the data API answered. `status` 0 means that nothing answered at all. */
export function fromPostgrest(error: PostgrestError, status: number): AppError {
	if (passing.has(error.code) || status === 0 || status === 429 || status >= 502) {
		return new AppError(error.code || 'unreachable', 503, backendAway, status);
	}
	const refusal = error.code.startsWith('PT') ? refusals[error.hint] : undefined;
	if (refusal) {
		const sentence = typeof refusal === 'string' ? refusal : refusal(error.details);
		return new AppError(error.hint, Number(error.code.slice(2)), sentence);
	}
	if (status === 401) return new AppError(error.code, 401, logInEnded);
	switch (error.code) {
		case '22007':
		case '22008':
		case '22023':
		case '22P02':
			return new AppError(error.code, 400, 'Please check what you entered.');
		case '42501':
			return new AppError(error.code, 403, 'You are not allowed to do this.');
		case '23503':
			return new AppError(
				error.code,
				409,
				'Something that this refers to does not exist any more.',
			);
		case '23505':
			return new AppError(error.code, 409, 'This exists already.');
		default:
			return new AppError(
				error.code || 'unknown',
				500,
				'Something went wrong on our side. Please try again.',
			);
	}
}

/**
 * Maps what the auth server answered. Only `status` and `code` are looked at: messages change, and every 5xx comes
 * without a code.
 */
export function fromAuth(error: AuthError): AppError {
	const code = error.code ?? error.name;
	if (error.status === undefined || error.status === 0 || error.status >= 500) {
		return new AppError(code, 503, backendAway, error.status);
	}
	switch (code) {
		case 'AuthSessionMissingError':
			return new AppError(code, 401, logInEnded);
		case 'reauthentication_needed':
			return new AppError(code, 403, logInAgain);
		case 'over_request_rate_limit':
		case 'over_email_send_rate_limit':
			return new AppError(
				code,
				429,
				'That was a lot of tries. Please wait a minute and try again.',
			);
		case 'invalid_credentials':
			return new AppError(code, 400, wrongCredentials);
		case 'email_not_confirmed':
			return new AppError(
				code,
				400,
				'Please confirm your email first. We can send you the link again.',
			);
		case 'user_banned':
			return new AppError(code, 403, 'This account is suspended.');
		case 'otp_expired':
			return new AppError(code, 400, 'This link or code has been used or has expired.');
		case 'weak_password':
			return new AppError(code, 400, 'Please choose a stronger password.');
		case 'same_password':
			return new AppError(code, 400, 'Please choose a password that differs from the old one.');
		default:
			return error.status === 429
				? new AppError(code, 429, 'That was a lot of tries. Please wait a minute and try again.')
				: new AppError(
						code,
						error.status,
						'That did not work. Please check what you entered and try again.',
					);
	}
}
