import { randomUUID } from 'node:crypto';
import { changeSession, jwtSecret, now, sign } from '../faults/token.ts';
import type { LiveEvent } from '../../src/lib/live/event.ts';
import type { Door, Stage } from './stage.ts';
import { until } from './until.ts';
import type { Visitor } from './visitor.ts';

export type Member = { id: string; session: string; visitor: Visitor; token: string };

/** Somebody with a live session, without the mails and passwords: for tests that need many. */
export async function makeMembers(stage: Stage, count: number): Promise<Member[]> {
	const secret = jwtSecret(stage);
	const made = Array.from({ length: count }, () => {
		const [id, session] = [randomUUID(), randomUUID()];
		const claims = { sub: id, session_id: session, role: 'authenticated', aud: 'authenticated' };
		const token = sign({ ...claims, iat: now(), exp: now() + 3600 }, secret);
		const visitor = stage.visitor();
		const account = JSON.stringify({ user: { id } });
		visitor.cookies.set('session', `base64-${Buffer.from(account).toString('base64url')}`);
		changeSession(visitor, {
			access_token: token,
			refresh_token: `refresh-${session}`,
			expires_at: now() + 3600,
		});
		return { id, session, visitor, token };
	});
	await stage.sql(
		`insert into auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at)
		select id, 'authenticated', 'authenticated', id || '@example.com', now(), now(), now() from unnest($1::uuid[]) as id`,
		[made.map(({ id }) => id)],
	);
	await stage.sql(
		`insert into auth.sessions (id, user_id, created_at, updated_at)
		select session_id, user_id, now(), now() from unnest($1::uuid[], $2::uuid[]) as made (session_id, user_id)`,
		[made.map(({ session }) => session), made.map(({ id }) => id)],
	);
	return made;
}

export type Listener = {
	status: number;
	events: LiveEvent[];
	/** The other blocks, as 'unread 3'; 'beat' is left out. */
	told: string[];
	/** The id of the last answer. */
	lastId(): string | null;
	/** How the stream ended: in order, or cut off; null while it is open. */
	ended(): 'in order' | 'cut off' | null;
	/** Waits until the database has been asked for it. */
	joined(): Promise<void>;
	close(): void;
};

/** What a tab hears, as the browser does it: cookies, the last id, and a stream that is read as it comes. */
export async function listen(
	door: Pick<Door, 'url'>,
	visitor: Visitor,
	since?: string,
): Promise<Listener> {
	const stopped = new AbortController();
	const response = await fetch(`${door.url}/events`, {
		signal: stopped.signal,
		headers: {
			accept: 'text/event-stream',
			'x-forwarded-for': visitor.address,
			cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			...(since === undefined ? {} : { 'last-event-id': since }),
		},
	});
	let lastId: string | null = null;
	let ended: ReturnType<Listener['ended']> = null;
	const listener: Listener = {
		status: response.status,
		events: [],
		told: [],
		lastId: () => lastId,
		ended: () => ended,
		joined: async () => void (await until('the stream to be joined', async () => lastId)),
		close: () => stopped.abort(),
	};
	const hear = (block: string) => {
		const fields = new Map(
			block.split('\n').map((line): [string, string] => {
				const [name = '', ...rest] = line.split(': ');
				return [name, rest.join(': ')];
			}),
		);
		lastId = fields.get('id') ?? lastId;
		const data = fields.get('data');
		const name = fields.get('event');
		if (data === undefined || name === 'beat') return;
		if (name) listener.told.push(`${name} ${data}`);
		else listener.events.push(JSON.parse(data));
	};
	const read = async () => {
		let text = '';
		const decoder = new TextDecoder();
		for await (const chunk of response.body ?? []) {
			text += decoder.decode(chunk, { stream: true });
			const blocks = text.split('\n\n');
			text = blocks.pop() ?? '';
			blocks.forEach(hear);
		}
	};
	read().then(
		() => (ended = 'in order'),
		() => (ended = 'cut off'),
	);
	return listener;
}
