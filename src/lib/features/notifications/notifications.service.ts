import { fromPostgrest } from '../../errors.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Database } from '../../supabase/database.types.ts';
import type { Client } from '../../supabase/request.server.ts';

export type Notification = Omit<Database['public']['Tables']['notifications']['Row'], 'user_id'>;

export type NotificationPage = {
	rows: Notification[];
	/** Whether there are older ones. */
	further: boolean;
	/** The place of the first row, counted from one. */
	first: number;
	/** How many of all are unread. */
	unread: number;
};

/** A page of who asks, the newest first. */
export async function listNotifications(
	client: Client,
	page: number,
	pageSize = 20,
): Promise<NotificationPage> {
	const from = (page - 1) * pageSize;
	const [read, unread] = await Promise.all([
		answerOf(
			client
				.from('notifications')
				.select('id, kind, data, created_at, read_at')
				.order('created_at', { ascending: false })
				.order('id', { ascending: false })
				// One more than the page holds tells whether there are further ones.
				.range(from, from + pageSize),
		),
		countUnread(client),
	]);
	return {
		rows: read.slice(0, pageSize),
		further: read.length > pageSize,
		first: from + 1,
		unread,
	};
}

async function countUnread(client: Client): Promise<number> {
	const { count, error, status } = await client
		.from('notifications')
		.select('id', { count: 'exact', head: true })
		.is('read_at', null);
	if (error) throw fromPostgrest(error, status);
	return count ?? 0;
}

/** That it is read already, or gone, is no error. */
export async function markRead(client: Client, id: string): Promise<void> {
	await answerOf(
		client.from('notifications').update({ read_at: now() }).eq('id', id).is('read_at', null),
	);
}

export async function markAllRead(client: Client): Promise<void> {
	await answerOf(client.from('notifications').update({ read_at: now() }).is('read_at', null));
}

/** That it is gone already is no error. */
export async function deleteNotification(client: Client, id: string): Promise<void> {
	await answerOf(client.from('notifications').delete().eq('id', id));
}

function now(): string {
	return new Date().toISOString();
}
