import type { Fate } from './proxy.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

export const faults = [
	'trigger raises',
	'trigger gone',
	'insert policy gone',
	'connections cut',
	'answers cut',
	'gateway times out',
	'backend restarted',
] as const;

export type Fault = (typeof faults)[number];

const fates: Partial<Record<Fault, Fate>> = {
	'connections cut': 'cut',
	'answers cut': 'cut-answer',
	'gateway times out': 'timeout',
};

/** How many of the calls to the backend a fault of the network hits. */
const share = 0.4;

/** Switches faults on and off while people sign up: bad spells of one to three faults at once, and calm ones between. */
export class Weather {
	/** How often each was switched on. */
	readonly made = new Map<Fault, number>();
	/** How many calls to the backend were hit on their way. */
	callsHit = 0;
	readonly #on = new Set<Fault>();
	readonly #stage: Stage;
	readonly #random: Random;
	/** Which faults are on from which sign-up on. */
	readonly #changes: { from: number; faults: Fault[] }[] = [];
	#turn: Promise<void> = Promise.resolve();
	#calmSince = 0;
	#handleNewUser = '';

	constructor(stage: Stage, random: Random, signUps: number) {
		this.#stage = stage;
		this.#random = random;
		let bag: Fault[] = [];
		for (let at = 4 + random.below(8); at < signUps; at += 4 + random.below(8)) {
			// Each has its turn before one comes again.
			if (bag.length < 3) bag = [...bag, ...random.take(faults, faults.length)];
			const spell = new Set(bag.splice(0, 1 + random.below(3)));
			this.#changes.push({ from: at, faults: [...spell] });
			at += 8 + random.below(16);
			this.#changes.push({ from: at, faults: [] });
		}
		stage.proxy.decide = () => this.#decideFate();
	}

	/** Starts the changes that are due with this sign-up. Whoever comes later waits for them; who is on the way meets them. */
	reach(signUp: number): Promise<void> {
		const before = this.#turn;
		const due = this.#changes.filter(({ from }) => from <= signUp);
		this.#changes.splice(0, due.length);
		for (const { faults } of due) this.#turn = this.#turn.then(() => this.#change(faults));
		// What goes wrong here is thrown at whoever comes next, and by clear().
		this.#turn.catch(() => undefined);
		return before;
	}

	/** Ends all of it, for good. */
	async clear(): Promise<void> {
		this.#changes.length = 0;
		await this.#turn;
		await this.#change([]);
	}

	/** Whether there was no fault at any moment since then. */
	wasCalm(since: number): boolean {
		return this.#on.size === 0 && this.#calmSince < since;
	}

	async #change(wanted: Fault[]): Promise<void> {
		for (const fault of [...this.#on].filter((each) => !wanted.includes(each))) {
			await this.#end(fault);
		}
		for (const fault of wanted.filter((each) => !this.#on.has(each))) {
			this.#on.add(fault);
			this.made.set(fault, (this.made.get(fault) ?? 0) + 1);
			await this.#begin(fault);
		}
	}

	async #begin(fault: Fault): Promise<void> {
		const { script, sql, restart } = this.#stage;
		switch (fault) {
			case 'trigger raises': {
				const [found] = await sql<{ source: string }>(
					`select pg_get_functiondef('public.handle_new_user'::regproc) as source`,
				);
				this.#handleNewUser = found?.source ?? '';
				return script(`
					create or replace function public.handle_new_user() returns trigger
					language plpgsql security definer set search_path = ''
					as $$ begin raise exception 'made by the storm'; end; $$`);
			}
			case 'trigger gone':
				return script('alter table auth.users disable trigger on_auth_user_created');
			case 'insert policy gone':
				return script('alter policy insert_own on public.users to service_role');
			case 'backend restarted':
				await restart();
				return this.#end(fault);
		}
	}

	async #end(fault: Fault): Promise<void> {
		const { script } = this.#stage;
		switch (fault) {
			case 'trigger raises':
				await script(this.#handleNewUser);
				break;
			case 'trigger gone':
				await script('alter table auth.users enable trigger on_auth_user_created');
				break;
			case 'insert policy gone':
				await script('alter policy insert_own on public.users to authenticated');
		}
		this.#calmSince = performance.now();
		this.#on.delete(fault);
	}

	#decideFate(): Fate {
		const possible = [...this.#on].flatMap((fault) => fates[fault] ?? []);
		if (possible.length === 0 || !this.#random.chance(share)) return 'pass';
		this.callsHit += 1;
		return this.#random.take(possible, 1)[0] ?? 'pass';
	}
}
