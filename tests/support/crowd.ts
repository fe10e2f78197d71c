import { createInbox, linkIn, type Mail } from './inbox.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';
import type { Page, Visitor } from './visitor.ts';
import type { Weather } from './weather.ts';

const ways = ['here', 'in another browser', 'by code', 'later'] as const;

/** Somebody who is going to sign up, and how: decided before the storm, so that the seed decides it. */
export type Person = {
	name: string;
	email: string;
	password: string;
	pressesTwice: boolean;
	wantsToBeAdmin: boolean;
	triesAgain: number;
	confirms: (typeof ways)[number];
	/** Whether an answer said that the account is on its way. */
	accepted: boolean;
};

export function makePerson(random: Random, index: number): Person {
	const number = String(index).padStart(4, '0');
	return {
		name: `Nº ${number} <b>`,
		email: `storm-${number}@example.com`,
		password: `correct horse ${number}`,
		pressesTwice: random.chance(0.25),
		wantsToBeAdmin: random.chance(0.1),
		triesAgain: random.below(3),
		confirms: random.take(ways, 1)[0] ?? 'later',
		accepted: false,
	};
}

/** What people do, and what they are answered. */
export class Crowd {
	/** Answers of 500 and more while a fault was on. */
	refusals = 0;
	retries = 0;
	/** Answers that no fault explains, and people who did not get home. */
	readonly problems: string[] = [];
	readonly #stage: Stage;
	readonly #weather: Weather;

	constructor(stage: Stage, weather: Weather) {
		this.#stage = stage;
		this.#weather = weather;
	}

	/** As far as somebody gets in this weather. */
	async signUp(person: Person): Promise<void> {
		const browser = this.#stage.visitor();
		for (let tries = 0; !person.accepted && tries <= person.triesAgain; tries += 1) {
			if (tries > 0) this.retries += 1;
			const presses = person.pressesTwice && tries === 0 ? 2 : 1;
			await Promise.all(Array.from({ length: presses }, () => this.#sendSignUp(person, browser)));
		}
		if (!person.accepted || person.confirms === 'later') return;
		// The inbox goes away with the backend; then the person looks later.
		const mail = await this.#findMail(person).catch(() => null);
		if (mail) await this.#confirm(person, browser, mail);
	}

	/** In fair weather: whatever came before, everybody logs in and gets home, to the name that they signed up with. */
	async settle(person: Person): Promise<void> {
		let browser = this.#stage.visitor();
		if (!person.accepted) await this.#sendSignUp(person, browser);
		if ((await this.#logIn(person, browser)) === '/check-email') {
			const mail = (await this.#findMail(person)) ?? (await this.#askForMail(person, browser));
			if (mail) await this.#confirm({ ...person, confirms: 'here' }, browser, mail);
			browser = this.#stage.visitor();
			await this.#logIn(person, browser);
		}
		const home = await this.#watch('home', browser.get('/home'));
		if (!home.html.includes(person.name.replace('<', '&lt;'))) {
			this.problems.push(`${person.email} is not home: ${home.status} ${home.location}`);
		}
	}

	async #sendSignUp(person: Person, browser: Visitor): Promise<void> {
		const { name, email, password } = person;
		const form = { name, email, password, ...(person.wantsToBeAdmin ? { role: 'admin' } : {}) };
		const page = await this.#watch('sign-up', browser.submit('/sign-up', form));
		if (page.location === '/check-email') person.accepted = true;
	}

	async #logIn({ email, password }: Person, browser: Visitor): Promise<string | null> {
		const form = { email, password };
		return (await this.#watch('log-in', browser.submit('/log-in?/password', form))).location;
	}

	async #confirm(person: Person, browser: Visitor, mail: Mail): Promise<void> {
		const link = linkIn(mail);
		const fields = Object.fromEntries(new URL(link, this.#stage.url).searchParams);
		const code = /^\d{6,10}$/m.exec(mail.text)?.[0] ?? '';
		const where = person.confirms === 'in another browser' ? this.#stage.visitor() : browser;
		const press = () =>
			person.confirms === 'by code'
				? where.submit('/check-email?/code', { code })
				: where.submit(link, fields);
		let page = await this.#watch('confirm', press());
		if (page.status >= 500) {
			this.retries += 1;
			// The first press may have used the code up; then there is no way home but to log in.
			page = await this.#watch('confirm again', press(), 400);
		}
		if (page.location) await this.#watch('after confirming', where.follow(page));
	}

	async #findMail({ email }: Person): Promise<Mail | null> {
		const inbox = createInbox(`${this.#stage.backend.url}/inbox`);
		const [newest] = await inbox.listMail(email);
		return newest ? inbox.waitForMail(email) : null;
	}

	/** The inbox keeps a thousand mails when it starts again: an older one has to be sent anew. */
	async #askForMail(person: Person, browser: Visitor): Promise<Mail | null> {
		await this.#watch('another mail', browser.submit('/check-email?/resend', {}));
		return this.#findMail(person);
	}

	/** Every answer is looked at: one of 500 and more needs a fault to explain it, one of 400 to 499 nothing explains. */
	async #watch<P extends Page>(what: string, answer: Promise<P>, expected = 303): Promise<P> {
		const asked = performance.now();
		const page = await answer;
		const calm = this.#weather.wasCalm(asked);
		if (page.status >= 500 && !calm) this.refusals += 1;
		else if (page.status >= 400 && page.status !== expected) {
			this.problems.push(`${what}: ${page.status}${calm ? ' in fair weather' : ''}`);
		}
		return page;
	}
}
