import { createInbox, linkIn } from '../support/inbox.ts';
import { complain, type Errand } from './errand.ts';
import { Interrupted, type Person } from './person.ts';

/** Signs up, finds the mail, and presses the button behind its link: what everybody begins with. */
export async function register(person: Person, inboxUrl: string): Promise<void> {
	const { name, email, password } = person.who;
	await person.send('/sign-up', { name, email, password }, /^\/check-email$/);
	person.keep(registration.name, email);
	const mail = await createInbox(inboxUrl)
		.waitForMail(email)
		.catch(() => {
			throw new Interrupted('the inbox is away');
		});
	const link = linkIn(mail);
	const fields = Object.fromEntries(new URL(link, 'http://site').searchParams);
	await person.send(link, fields, /^\/home$/);
	await person.open('/home');
}

export const registration: Errand = {
	name: 'accounts',

	/** Few leave: with the account goes all that is looked at in the end. */
	async run(person, random) {
		if (!random.chance(0.2)) return;
		person.leaves = true;
		const fields = { current_password: person.who.password, understood: 'on' };
		await person.send('/account/delete', fields, /^\/$/);
	},

	async audit(sql, kept) {
		return [
			...complain(
				'people lost their account',
				await sql`select id from unnest(${kept}::text[]) as kept (id)
					where not exists (select from auth.users as found where found.email = kept.id)`,
			),
			...complain(
				'accounts without a profile',
				await sql`select id from auth.users where not exists (select from public.users as profile where profile.id = users.id)`,
			),
			...complain(
				'emails with two accounts',
				await sql`select lower(email) as email from auth.users group by lower(email) having count(*) > 1`,
			),
			...complain(
				'jobs left over',
				await sql`select kind, attempts, failed_at, last_error from private.jobs`,
			),
		];
	},
};
