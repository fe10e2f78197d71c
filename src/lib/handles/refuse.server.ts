import type { RequestEvent } from '@sveltejs/kit';
import template from '../../error.html?raw';

/**
 * An answer instead of the page, in the form that the caller understands. It is returned and not thrown, because
 * SvelteKit builds the answer to a thrown error outside the handles, without their headers, cookies and log line.
 */
export function refuse(
	{ locals, request, isDataRequest }: RequestEvent,
	status: number,
	message: string,
): Response {
	const body = { message, requestId: locals.requestId };
	if (request.headers.get('x-sveltekit-action') === 'true') {
		return Response.json({ type: 'error', error: body }, { status });
	}
	if (isDataRequest || !request.headers.get('accept')?.includes('text/html')) {
		return Response.json(body, { status });
	}
	const page = template
		.replaceAll('%sveltekit.status%', String(status))
		.replaceAll('%sveltekit.error.message%', message);
	return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}
