import type { NewPerson } from '../support/people.ts';
import { Visitor, type Page } from '../support/visitor.ts';
import type { Kills } from './kills.ts';

/** There is no answer, or one that says that something is away: whatever somebody was about to do ends here. */
export class Interrupted extends Error {}

/** What all people together met. */
export type Met = {
	answers: number;
	/** No answer, or one of 500 and more, and something had been killed. */
	interrupted: number;
	/** What no kill explains. */
	problems: string[];
};

/** Somebody at their browser. */
export class Person {
	readonly who: NewPerson;
	/** By errand, the ids of what an answer has said is theirs. */
	readonly kept = new Map<string, string[]>();
	/** They have asked for their account to be deleted. */
	leaves = false;
	readonly #visitor: Visitor;
	readonly #kills: Kills;
	readonly #met: Met;

	constructor(origin: string, who: NewPerson, kills: Kills, met: Met) {
		this.who = who;
		this.#visitor = new Visitor(origin);
		this.#kills = kills;
		this.#met = met;
	}

	keep(errand: string, id: string): void {
		this.kept.set(errand, [...(this.kept.get(errand) ?? []), id]);
	}

	open(path: string): Promise<Page> {
		return this.#ask(`GET ${path}`, () => this.#visitor.get(path), isShown);
	}

	/** Has a page open that hears of news, and closes it. */
	async listen(milliseconds: number): Promise<void> {
		await this.#ask('GET /events', () => this.#visitor.listen('/events', milliseconds), isShown);
	}

	/** Sends a form, and answers the id in the address where it leads; null when it is refused for now. */
	async send(
		path: string,
		fields: Record<string, string> | FormData,
		leadsTo: RegExp,
	): Promise<string | null> {
		const leads = ({ status, location }: Page) =>
			status === 409 || (status === 303 && leadsTo.test(location ?? ''));
		const page = await this.#ask(`POST ${path}`, () => this.#visitor.submit(path, fields), leads);
		return page.location && (leadsTo.exec(page.location)?.[1] ?? '');
	}

	async #ask(
		what: string,
		act: () => Promise<Page>,
		isRight: (page: Page) => boolean,
	): Promise<Page> {
		const since = performance.now();
		const answer = await act().catch(String);
		if (typeof answer !== 'string') {
			this.#met.answers += 1;
			if (isRight(answer)) return answer;
		}
		const none = typeof answer === 'string';
		const found = none ? answer : `${answer.status} ${answer.location ?? ''}`;
		const isAway = none || answer.status >= 500;
		if (isAway && !this.#kills.wasCalm(since)) this.#met.interrupted += 1;
		else this.#met.problems.push(`${what}: ${found}`);
		throw new Interrupted(what);
	}
}

const isShown = ({ status }: Page) => status === 200;
