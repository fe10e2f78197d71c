/** What is asked of the policies, and how much more time it may take than without them. */
import type { People, Person } from './rls.fill.ts';

export type Query = {
	what: string;
	kind: 'few' | 'thousands' | 'all';
	who: keyof People;
	/** At most so many times the time without row level security. */
	bar: number;
	statement: string;
	/** What `$1` stands for. */
	about: (person: Person) => string[];
};

const training = 'id, state, progress, accuracy, created_at';
const oneTraining = `select ${training} from public.training_jobs where id = $1::uuid`;
const trainings = `select ${training} from public.training_jobs where user_id = $1::uuid`;
const trainingsOfModel = `select ${training} from public.training_jobs where model_id = $1::uuid order by created_at desc`;
const cards = `select id, title, state from public.studio_jobs where user_id = $1::uuid order by created_at desc, id`;
const notifications =
	'select id, kind, data from public.notifications where user_id = $1::uuid order by created_at desc, id desc';
const imports =
	'select id, status, created_at from public.scheduled_jobs where organization_id = $1::uuid order by created_at desc';
const memberships = 'select organization_id, role from public.memberships where user_id = $1::uuid';

export const queries: Query[] = [
	few('their profile', 'select id, name, role from public.users where id = $1::uuid', 'id'),
	few('one training', oneTraining, 'training'),
	few('their 5 trainings', trainings, 'id'),
	few('the 5 trainings of their model', trainingsOfModel, 'model'),
	few('their 5 cards', cards, 'id'),
	few('their 5 notifications', notifications, 'id'),
	few('their organizations', memberships, 'id'),
	few('the 5 imports of their organization', imports, 'organization'),
	// No notifications: of each person's the 500 newest are kept.
	thousands('5,000 trainings', trainings, 'id'),
	thousands('5,000 cards', cards, 'id'),
	thousands('5,000 imports of their organization', imports, 'organization'),
	all('an admin counts all people', 'users'),
	all('an admin counts all trainings', 'training_jobs'),
	all('an admin counts all cards', 'studio_jobs'),
	all('an admin counts all imports', 'scheduled_jobs'),
	// Last: what they write, though it is taken back, is in the way of what reads the table.
	few(
		'a note on a training, written',
		`update public.training_jobs set note = 'Best so far' where id = $1::uuid`,
		'training',
	),
	few(
		'a training, started',
		`insert into public.training_jobs (model_id, note) values ($1::uuid, 'Again')`,
		'model',
	),
];

function few(what: string, statement: string, about: keyof Person): Query {
	return { what, kind: 'few', who: 'few', bar: 1.5, statement, about: (person) => [person[about]] };
}

function thousands(what: string, statement: string, about: keyof Person): Query {
	return { ...few(what, statement, about), kind: 'thousands', who: 'many', bar: 1.1 };
}

function all(what: string, table: string): Query {
	const statement = `select count(*) from public.${table}`;
	return { what, kind: 'all', who: 'admin', bar: 1.4, statement, about: () => [] };
}
