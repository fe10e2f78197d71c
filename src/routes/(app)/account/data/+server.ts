import { redirect } from '@sveltejs/kit';
import { AppError } from '$lib/errors.ts';
import { exportData } from '$lib/features/account/account.service.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { RequestHandler } from './$types';

/** Everything that the database holds about the person, as a file. */
export const GET: RequestHandler = async (event) => {
	const { locals } = event;
	let data;
	try {
		data = await exportData(locals.supabase);
	} catch (problem) {
		if (!(problem instanceof AppError)) throw problem;
		const { code, status, message, upstream } = problem;
		locals.log.error({ event: 'data.not_exported', code, status, upstream });
		sayOnce(event, 'error', message);
		redirect(303, '/account');
	}
	locals.log.info({ event: 'data.exported' });
	const day = new Date().toISOString().slice(0, 10);
	return new Response(JSON.stringify(data, null, '\t'), {
		headers: {
			'content-type': 'application/json',
			'content-disposition': `attachment; filename="my-data-${day}.json"`,
			'cache-control': 'private, no-store',
		},
	});
};
