import { fail, redirect } from '@sveltejs/kit';
import { AppError } from '$lib/errors.ts';
import { listFiles } from '$lib/features/imports/files.service.ts';
import { storeFile } from '$lib/features/imports/lines.service.ts';
import { receiveFile } from '$lib/features/imports/receive-file.server.ts';
import { requireWorkplace } from '$lib/features/imports/workplace.server.ts';
import { findActive } from '$lib/features/organizations/active.server.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	const workplace = findActive(event);
	if (!workplace) return { workplace, files: [] };
	const files = await showOrFail(listFiles(event.locals.supabase, workplace.id));
	return { workplace, files, now: new Date() };
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, request } = event;
		const workplace = requireWorkplace(event);
		let id;
		try {
			id = await receiveFile(request, (sent) => storeFile(locals.supabase, workplace.id, sent));
		} catch (problem) {
			if (!(problem instanceof AppError)) throw problem;
			const { code, status, message } = problem;
			locals.log[status >= 500 ? 'error' : 'info']({ event: 'import.file_refused', code, status });
			return fail(status, { message });
		}
		locals.log.info({ event: 'import.file_stored', file: id });
		redirect(303, `/imports/files/${id}`);
	},
};
