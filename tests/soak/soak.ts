import { setTimeout } from 'node:timers/promises';
import type postgres from 'postgres';
import { newPerson } from '../support/people.ts';
import { createRandom, type Random } from '../support/random.ts';
import { until } from '../support/until.ts';
import { errands } from './errands.ts';
import { Kills } from './kills.ts';
import type { Place } from './parts.ts';
import { Interrupted, Person, type Met } from './person.ts';
import { register, registration } from './registration.errand.ts';
import { Usage, type Growth } from './usage.ts';

const atOnce = 8;
const errandsEach = 12;

export type Soaked = {
	people: number;
	/** How often each errand was done to its end. */
	done: Map<string, number>;
	killed: Map<string, number>;
	met: Met;
	/** From the beginning to the end of the time in which all parts had been up for long. */
	growth: Growth[];
	flaws: string[];
};

/**
 * Mixed traffic, and for two fifths of the time something is killed every few seconds. Then nothing is: a third of the
 * time, ten minutes of thirty, is for the app to fill what it keeps for ten minutes (limits.server.ts), and what grows
 * after that shows. At the end all work is let run out, and the database is looked at.
 */
export async function soak(
	{ origin, inboxUrl, parts }: Place,
	sql: postgres.Sql,
	{ minutes, seed }: { minutes: number; seed: number },
): Promise<Soaked> {
	const started = performance.now();
	const end = started + minutes * 60_000;
	const calm = started + (minutes * 60_000 * 2) / 5;
	const filled = calm + (minutes * 60_000) / 3;
	const kills = new Kills(parts, createRandom(seed));
	const usage = new Usage(parts);
	const met: Met = { answers: 0, interrupted: 0, problems: [] };
	const everybody: Person[] = [];
	const done = new Map<string, number>();

	/** One after the other signs up, does a few errands, and leaves or stays away. */
	async function come(random: Random): Promise<void> {
		while (performance.now() < end) {
			const person = new Person(origin, newPerson(), kills, met);
			everybody.push(person);
			try {
				await register(person, inboxUrl);
				await doErrands(person, random);
			} catch (problem) {
				if (!(problem instanceof Interrupted)) throw problem;
				await setTimeout(1000);
			}
		}
	}

	async function doErrands(person: Person, random: Random): Promise<void> {
		const others = errands.filter((errand) => errand !== registration);
		const some = Array.from({ length: errandsEach }, () => random.take(others, 1)).flat();
		for (const errand of [...some, registration]) {
			if (performance.now() > end) return;
			await errand.run(person, random);
			done.set(errand.name, (done.get(errand.name) ?? 0) + 1);
			await setTimeout(random.below(500));
		}
	}

	const killing = kills.goOn(calm);
	await Promise.all(Array.from({ length: atOnce }, (_, index) => come(createRandom(seed + index))));
	await killing;
	usage.stop();
	const growth = usage.growthSince(filled);

	const flaws: string[] = [];
	await until('all work to be done', async () => {
		const [left] = await sql`select from private.jobs where failed_at is null limit 1`;
		return !left;
	}).catch((problem) => flaws.push(String(problem)));
	const stayed = everybody.filter(({ leaves }) => !leaves);
	for (const { name, audit } of errands) {
		const kept = stayed.flatMap((person) => person.kept.get(name) ?? []);
		flaws.push(...(await audit(sql, kept)));
	}
	return { people: everybody.length, done, killed: kills.made, met, growth, flaws };
}
