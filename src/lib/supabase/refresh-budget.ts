import { AppError, backendAway } from '../errors.ts';
import { isRefresh } from './refresh-once.ts';

/**
 * While nobody answers, the library asks for a new session again and again for half a minute; a page cannot wait so long.
 * What it asks for once the budget is spent is not sent any more: a session that arrived after the page had gone out
 * could not be kept, and the refresh token would be used up.
 */
const budget = 6_000;

export function withinBudget(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
	let end: number | undefined;
	return async (input, init) => {
		if (!isRefresh(input)) return fetch(input, init);
		end ??= Date.now() + budget;
		const left = end - Date.now();
		if (left <= 0) throw new Error('The time for a new session is up.');
		const response = await fetch(input, { ...init, signal: AbortSignal.timeout(left) });
		// The library takes every refusal for the end of the session. This one only means "not now".
		if (response.status === 429) throw new Error('The auth server has been asked too often.');
		return response;
	};
}

/** What the library answers, or an error when it goes on asking for longer than the budget. */
export async function inBudget<T>(asking: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const tooLate = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(new AppError('refresh_unanswered', 503, backendAway));
		}, budget + 500);
	});
	try {
		return await Promise.race([asking, tooLate]);
	} finally {
		clearTimeout(timer);
	}
}
