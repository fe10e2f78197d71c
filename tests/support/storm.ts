import { Crowd, makePerson, type Person } from './crowd.ts';
import { createRandom } from './random.ts';
import { startStage, type Stage } from './stage.ts';
import type { Figures } from './storm-figures.ts';
import { Weather } from './weather.ts';

export type Storm = {
	signUps: number;
	seed: number;
	/** A PostgreSQL in place of the embedded database. */
	databaseUrl?: string | undefined;
	/** The longest that it may take. */
	minutes: number;
};

const atOnce = 16;

/**
 * People sign up, sixteen at a time, while faults come and go. Then the faults end, everybody logs in, and the database
 * is looked at.
 */
export async function runStorm({ signUps, seed, databaseUrl, minutes }: Storm): Promise<Figures> {
	console.log(`storm: seed ${seed} …`);
	const started = performance.now();
	const deadline = started + minutes * 60_000;
	const random = createRandom(seed);
	const people = Array.from({ length: signUps }, (_, index) => makePerson(random, index));

	const everybody = async (task: (person: Person, index: number) => Promise<void>) => {
		const queue = people.entries();
		const work = async () => {
			for (const [index, person] of queue) {
				if (performance.now() > deadline) throw new Error(`Not done after ${minutes} minutes.`);
				await task(person, index);
			}
		};
		await Promise.all(Array.from({ length: atOnce }, work));
	};

	// What is tested is not how long a password takes to hash.
	process.env['LITE_AUTH_BCRYPT_COST'] = '4';
	// The backend in this process writes each of the errors that we make onto the console, with its stack.
	const { error } = console;
	console.error = () => undefined;
	const stage = await startStage(databaseUrl);
	try {
		const weather = new Weather(stage, random, signUps);
		const crowd = new Crowd(stage, weather);
		await everybody(async (person, index) => {
			await weather.reach(index);
			await crowd.signUp(person);
		});
		await weather.clear();
		await everybody((person) => crowd.settle(person));
		const { made, callsHit } = weather;
		const { refusals, retries, problems } = crowd;
		const seconds = Math.round((performance.now() - started) / 1000);
		const outcome = await look(stage);
		return { seed, signUps, seconds, made, callsHit, refusals, retries, problems, ...outcome };
	} finally {
		await stage.stop();
		console.error = error;
	}
}

type Counts = Pick<Figures, 'accounts' | 'withoutProfile' | 'doubles' | 'admins' | 'openFailures'>;

async function look(stage: Stage): Promise<Counts & Pick<Figures, 'profiles'>> {
	const [counts] = await stage.sql<Counts>(`
		select
			count(*)::int as accounts,
			(count(*) filter (where person.id is null))::int as "withoutProfile",
			(count(*) - count(distinct lower(account.email)))::int as doubles,
			(count(*) filter (where person.role <> 'user'))::int as admins,
			(select count(*)::int from public.registration_failures where resolved_at is null) as "openFailures"
		from auth.users as account
		left join public.users as person on person.id = account.id`);
	if (!counts) throw new Error('The database counts nothing.');
	const ways = await stage.sql<{ source: string; count: number }>(
		'select source, count(*)::int as count from public.users group by source',
	);
	return { ...counts, profiles: new Map(ways.map(({ source, count }) => [source, count])) };
}
