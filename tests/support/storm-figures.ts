import { randomInt } from 'node:crypto';
import { faults, type Fault } from './weather.ts';

export type Figures = {
	seed: number;
	signUps: number;
	seconds: number;
	/** How often each fault was switched on. */
	made: Map<Fault, number>;
	/** How many calls to the backend the network's faults hit. */
	callsHit: number;
	/** Answers of 500 and more while a fault was on. */
	refusals: number;
	retries: number;
	/** How many profiles came to be by which way. */
	profiles: Map<string, number>;
	accounts: number;
	withoutProfile: number;
	doubles: number;
	admins: number;
	/** Recorded failures that nothing has resolved. */
	openFailures: number;
	/** Answers that no fault explains, and people who did not get home. */
	problems: string[];
};

/** The seed that STORM_SEED asks for, or a new one. */
export function chooseSeed(): number {
	return Number(process.env['STORM_SEED'] ?? randomInt(2 ** 31));
}

/** What is not as it should be after the storm. */
export function listFlaws(figures: Figures): string[] {
	const { signUps, accounts, withoutProfile, doubles, admins, openFailures, problems } = figures;
	return [
		...(accounts === signUps ? [] : [`${accounts} accounts of ${signUps} people`]),
		...(withoutProfile ? [`${withoutProfile} accounts without profile`] : []),
		...(doubles ? [`${doubles} addresses with more than one account`] : []),
		...(admins ? [`${admins} admins`] : []),
		...(openFailures ? [`${openFailures} failures unresolved`] : []),
		...problems,
	];
}

export function describeFigures(figures: Figures): string {
	const count = (name: string, number: number | undefined) => `${name} ${number ?? 0}`;
	const { made, profiles, problems } = figures;
	return [
		`storm: seed ${figures.seed}, ${figures.signUps} sign-ups in ${figures.seconds} s`,
		`  faults switched on: ${faults.map((fault) => count(fault, made.get(fault))).join(', ')}`,
		`  calls to the backend hit: ${figures.callsHit}, answers of 5xx while a fault was on: ${figures.refusals}, tried again: ${figures.retries}`,
		`  profiles: ${['trigger', 'fallback', 'repair'].map((way) => count(`by ${way}`, profiles.get(way))).join(', ')}`,
		`  accounts ${figures.accounts}, without profile ${figures.withoutProfile}, doubles ${figures.doubles}, admins ${figures.admins}, failures unresolved ${figures.openFailures}, not explained ${problems.length}`,
	].join('\n');
}
