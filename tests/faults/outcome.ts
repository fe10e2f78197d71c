/** What must hold after every fault. */
import { expect } from 'vitest';
import type { NewPerson } from '../support/people.ts';
import type { Door, Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import type { Page } from '../support/visitor.ts';
import { logIn, signUp } from './journey.ts';

type Profile = { source: string; name: string };

/**
 * The fault is gone: the person logs in and has a profile, there is one of everything, they are a user, and somebody
 * else who signs up with their email learns nothing from the answer and changes nothing.
 */
export async function expectWhole(
	stage: Stage,
	person: NewPerson,
	{ mails = 1 } = {},
): Promise<Profile> {
	const visitor = stage.visitor();
	const page = await visitor.follow(await logIn(visitor, person));
	expect(page).toMatchObject({ path: '/home', status: 200 });
	expect(textOf(page)).toContain(`Welcome, ${person.name}`);

	const stranger = { ...person, name: 'Eve', password: 'not the one of before' };
	expect(await signUp(stage.visitor(), stranger)).toMatchObject({
		status: 303,
		location: '/check-email',
	});
	expect((await logIn(stage.visitor(), stranger)).status).toBe(400);

	const found = await stage.sql<Profile & { role: string; open: number }>(
		`select person.role, person.source, person.name,
			(select count(*)::int from public.registration_failures as failure
				where failure.user_id = account.id and failure.resolved_at is null) as open
		from auth.users as account left join public.users as person on person.id = account.id
		where lower(account.email) = lower($1)`,
		[person.email],
	);
	expect(found).toEqual([expect.objectContaining({ role: 'user', open: 0 })]);
	expect(await stage.countMails(person.email)).toBe(mails);
	return found[0] ?? { source: '', name: '' };
}

/** The page says in a sentence what to do next, and neither a code nor a stack. */
export function expectSays(page: Page, sentence: string): void {
	const text = textOf(page);
	expect(text).toContain(sentence);
	expect(text).not.toMatch(/\b\d\d[\dP]\d\d\b|PGRST|SQLSTATE|Error:|\bat \S+\.js|violates|denied/);
}

export function textOf({ html }: Page): string {
	return html
		.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>/g, '')
		.replaceAll('&amp;', '&')
		.replaceAll('&lt;', '<')
		.replaceAll(/\s+/g, ' ');
}

/** Hears what the app logs from now on. */
export function listenTo(door: Door): (entry: Record<string, unknown>) => Promise<void> {
	const heard = door.log().length;
	return async (entry) => {
		const wanted = expect.objectContaining(entry);
		await until(`a log line with ${JSON.stringify(entry)}`, async () =>
			door
				.log()
				.slice(heard)
				.some((line) => wanted.asymmetricMatch(JSON.parse(line))),
		);
	};
}

export async function listFailures(stage: Stage, email: string) {
	return stage.sql<{ stage: string; sqlstate: string; resolved_by: string | null }>(
		`select failure.stage, failure.sqlstate, failure.resolved_by
		from public.registration_failures as failure
		join auth.users as account on account.id = failure.user_id
		where account.email = $1`,
		[email],
	);
}
