/** The steps of registration, as a browser without JavaScript takes them. */
import type { NewPerson } from '../support/people.ts';
import type { Stage } from '../support/stage.ts';
import type { Page, Visitor } from '../support/visitor.ts';

export const signUp = (visitor: Visitor, { name, email, password }: NewPerson): Promise<Page> =>
	visitor.submit('/sign-up', { name, email, password });

export const logIn = (visitor: Visitor, { email, password }: NewPerson): Promise<Page> =>
	visitor.submit('/log-in?/password', { email, password });

/** Presses the button on the page of a link. */
export const press = (visitor: Visitor, link: string): Promise<Page> =>
	visitor.submit(link, Object.fromEntries(new URL(link, 'http://site').searchParams));

/** Signs up and presses the button in the mail: the person has a session, and has not looked at a page with it. */
export async function confirm(
	stage: Stage,
	person: NewPerson,
	visitor = stage.visitor(),
): Promise<Visitor> {
	await signUp(visitor, person);
	await press(visitor, await stage.linkFor(person.email));
	return visitor;
}

/** Opens a page that people who are logged in have, wherever that leads. */
export async function home(visitor: Visitor) {
	const page = await visitor.follow(await visitor.get('/home'));
	return { ...page, path: page.path || '/home' };
}

/** The auth server without the app before it, as anybody who has the publishable key can ask it. */
export async function askAuthServer(stage: Stage, path: string, body: string): Promise<Response> {
	return fetch(`${stage.proxy.url}/auth/v1/${path}`, {
		method: 'POST',
		headers: {
			apikey: stage.backend.publishableKey,
			'content-type': 'application/json',
		},
		body,
	});
}

export async function accountOf(stage: Stage, email: string): Promise<string | null> {
	const [row] = await stage.sql<{ id: string }>('select id from auth.users where email = $1', [
		email,
	]);
	return row?.id ?? null;
}
