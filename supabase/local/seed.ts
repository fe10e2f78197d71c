import type { Database } from './database.ts';
import type { Inbox } from './inbox.ts';

/** For development only: two people to log in as. They register through the API, as everybody does. */
export const demoPeople = [
	{ email: 'ada@example.com', name: 'Ada Admin', password: 'gatehouse-demo', role: 'admin' },
	{ email: 'uma@example.com', name: 'Uma User', password: 'gatehouse-demo', role: 'user' },
] as const;

type Backend = {
	database: Database;
	inbox: Inbox;
	fetch(request: Request): Promise<Response>;
	publishableKey: string;
};

export async function seedDemoPeople(backend: Backend): Promise<void> {
	const { database } = backend;
	for (const person of demoPeople) {
		const known = await database.exclusive(() =>
			database.query('select from auth.users where email = $1', [person.email]),
		);
		if (known.length === 0) await register(backend, person);
		// The only way to a first admin is past the API; people get theirs with a command-line tool.
		await database.exclusive(() =>
			database.query('update public.users set role = $1 where email = $2', [
				person.role,
				person.email,
			]),
		);
	}
}

async function register(backend: Backend, { email, name, password }: (typeof demoPeople)[number]) {
	await post(backend, 'signup', { email, password, data: { name } });
	const mail = backend.inbox.list().find((each) => each.to === email);
	const tokenHash = mail && /token_hash=([\w-]+)/.exec(mail.html)?.[1];
	if (tokenHash) await post(backend, 'verify', { type: 'signup', token_hash: tokenHash });
}

async function post(
	{ fetch, publishableKey }: Backend,
	path: string,
	body: unknown,
): Promise<void> {
	const response = await fetch(
		new Request(`http://localhost/auth/v1/${path}`, {
			method: 'POST',
			headers: { apikey: publishableKey, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		}),
	);
	if (!response.ok)
		throw new Error(`The demo accounts could not be made: ${await response.text()}`);
}
