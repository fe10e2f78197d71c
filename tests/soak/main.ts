/**
 * The app for half an hour as people have it, with the build, the embedded backend on PostgreSQL and two workers, while
 * parts of it are killed:
 *   npm run test:soak                             30 minutes
 *   npm run test:soak -- --minutes 5 --seed 7     the choices of the run that printed this seed
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { writeTable } from '../bench/report.ts';
import { makeDataFolder } from '../support/backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { startParts, type Place } from './parts.ts';
import { soak, type Soaked } from './soak.ts';

const { values: options } = parseArgs({
	options: {
		minutes: { type: 'string', default: '30' },
		seed: { type: 'string', default: `${randomInt(2 ** 31)}` },
	},
});
const minutes = Number(options.minutes);
const seed = Number(options.seed);
/** In less time the app has not even all in memory that it keeps for ten minutes: see soak.ts. */
const isLong = minutes >= 30;
/** What is flat: a heap is not tidied up the whole time, and connections are kept for a while. */
const mostMemory = (before: number) => before * 1.25 + 20;
const mostHandles = (before: number) => before * 1.25 + 10;

const postgres = await startPostgres();
if (!postgres) throw new Error('This needs PostgreSQL on the machine.');
const folder = makeDataFolder();
let place: Place | undefined;
try {
	place = await startParts(postgres.url, folder.data);
	console.log(`soak: ${minutes} minutes, seed ${seed} …`);
	const soaked = await soak(place, postgres.connect(), { minutes, seed });
	const grown = isLong ? findGrowth(soaked) : [];
	const all = [...soaked.met.problems, ...soaked.flaws, ...grown];
	for (const flaw of all) console.log(`NOT AS IT SHOULD BE: ${flaw}`);
	await write(soaked, grown);
	process.exitCode = all.length > 0 ? 1 : 0;
} finally {
	for (const part of place?.parts.toReversed() ?? []) await part.end('SIGTERM');
	await postgres.stop();
	folder.remove();
}

function findGrowth({ growth }: Soaked): string[] {
	return growth.flatMap(({ part, memory, handles }) => [
		...(memory[1] > mostMemory(memory[0]) ? [`${part} grew from ${memory.join(' to ')} MB`] : []),
		...(handles && handles[1] > mostHandles(handles[0])
			? [`${part} went from ${handles.join(' to ')} open files`]
			: []),
	]);
}

async function write(soaked: Soaked, grown: string[]): Promise<void> {
	const { people, done, killed, met, growth, flaws } = soaked;
	const errands = [...done].map(([name, count]) => `${count} × ${name}`).join(', ');
	await writeTable({
		name: 'test:soak',
		about: `The build, the embedded backend on PostgreSQL and two workers for ${minutes} minutes, and eight people at once who sign up, look at pages with a live connection, train models, have cards drawn, import files and delete their accounts. For two fifths of the time one part is killed every three to eighteen seconds and started again. Then a third of it passes until the app has in memory what it keeps for ten minutes, such as how often each address tried to log in. Memory (MB) and open files are those of the time that is left: the median of its first quarter and of its last.`,
		runs: `1, seed ${seed}`,
		columns: ['part', 'killed', 'memory, first', 'memory, last', 'open files, first', 'last'],
		rows: growth.map(({ part, memory, handles }) => [
			part,
			killed.get(part) ?? 0,
			...memory,
			...(handles ?? [null, null]),
		]),
		note: `${people.toLocaleString('en')} people did ${errands}. ${met.answers.toLocaleString('en')} answers; ${met.interrupted} times there was none, or one of 500 and more, while something was killed; ${met.problems.length} answers that no kill explains. When all work had run out, the database was compared with what people had been told: ${flaws.length === 0 ? 'nothing was lost, doubled or left half done' : `${flaws.length} things were not as they should be`}.${grown.length > 0 ? ` More than is flat: ${grown.join(', ')}.` : ''}`,
	});
}
