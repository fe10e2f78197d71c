import { redirect, type RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { oneSchema, pageNumber } from '$lib/features/notifications/notifications.schema.ts';
import {
	deleteNotification,
	listNotifications,
	markAllRead,
	markRead,
} from '$lib/features/notifications/notifications.service.ts';
import { parseForm } from '$lib/forms.ts';
import { showOrFail } from '$lib/show-or-fail.ts';
import type { Client } from '$lib/supabase/request.server.ts';
import { sayOnce } from '$lib/toast.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const page = pageOf(url);
	const listed = await showOrFail(listNotifications(locals.supabase, page));
	// The last one of a page was deleted.
	if (listed.rows.length === 0 && page > 1) redirect(303, '/notifications');
	return { page, listed, now: new Date() };
};

export const actions: Actions = {
	read: (event) => act(event, markRead),
	delete: (event) => act(event, deleteNotification),
	readAll: async (event) => {
		await showOrFail(markAllRead(event.locals.supabase));
		sayOnce(event, 'success', 'All are marked as read.');
		redirect(303, '/notifications');
	},
};

async function act(event: RequestEvent, change: (client: Client, id: string) => Promise<void>) {
	const form = await parseForm(event, oneSchema);
	if ('failure' in form) return form.failure;
	try {
		await change(event.locals.supabase, form.data.id);
	} catch (problem) {
		return form.refuse(problem);
	}
	redirect(303, `/notifications?page=${pageOf(event.url)}`);
}

function pageOf(url: URL): number {
	return v.parse(pageNumber, url.searchParams.get('page') ?? '');
}
