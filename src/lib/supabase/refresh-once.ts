/** Kept as text: a Response belongs to the request it answers, and some runtimes do not hand it to another. */
type Answer = { body: string; status: number; headers: Headers };

/**
 * A refresh token works once. Two requests of one browser that arrive together both find the access token expired and
 * both refresh; the second would be refused, and the person signed out. So within a process a refresh is asked for
 * once: whoever brings the same token within the next seconds gets the first one's answer.
 */
const remembered = new Map<string, Promise<Answer>>();
const keptFor = 10_000;

export function refreshOnce(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
	return async (input, init) => {
		if (!isRefresh(input) || typeof init?.body !== 'string') return fetch(input, init);
		const key = init.body;
		const known = remembered.get(key);
		if (known) return toResponse(await known);
		const answer = fetch(input, init).then(read);
		remembered.set(key, answer);
		const forget = () => remembered.delete(key);
		// A failure is nobody else's answer: the next one asks for themselves.
		answer.then(
			(response) => (response.status < 400 ? setTimeout(forget, keptFor).unref() : forget()),
			forget,
		);
		return toResponse(await answer);
	};
}

async function read(response: Response): Promise<Answer> {
	return { body: await response.text(), status: response.status, headers: response.headers };
}

function toResponse({ body, ...rest }: Answer): Response {
	return new Response(body, rest);
}

export function isRefresh(input: Parameters<typeof fetch>[0]): boolean {
	const url = input instanceof Request ? input.url : String(input);
	return url.includes('/auth/v1/token?grant_type=refresh_token');
}
