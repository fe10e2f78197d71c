/**
 * A database for what policies cost: so many people, trainings, cards, notifications and imports. Most have five of each;
 * one has 5,000, and one is an admin.
 */
import { migrate, readFixture } from '../support/database.ts';
import type { Postgres } from '../support/postgres.ts';

export const DATABASE = 'rls';

export type Person = {
	id: string;
	session: string;
	model: string;
	training: string;
	organization: string;
};

export type People = { few: Person; many: Person; admin: Person };

type Sql = ReturnType<Postgres['connect']>;

export type Filled = {
	/** One more connection to it, as somebody who may take any role. */
	open: () => Sql;
	people: People;
};

export async function fill(server: Postgres, rows: number): Promise<Filled> {
	await server.connect({ max: 1 }).unsafe(readFixture('hosted-roles.sql'));
	await server.connect({ max: 1 }).unsafe(`create database ${DATABASE}`);
	const open = () => server.connect({ database: DATABASE, max: 1 });
	const sql = open();
	await sql.unsafe(readFixture('hosted-auth.sql'));
	const owner = server.connect({ database: DATABASE, user: 'postgres', max: 1 });
	await migrate({ run: async (script) => [Array.from(await owner.unsafe(script))] });
	// Nothing fires: what the triggers would do beside is not asked about here.
	await sql.unsafe(`set session_replication_role = replica; ${fillWith(rows)}`);
	await sql.unsafe('reset session_replication_role');
	await sql.unsafe('vacuum analyze');
	await sql.unsafe(readFixture('seed-policies.sql'));
	await sql.unsafe(withoutPolicies);
	return {
		open,
		people: {
			many: await findPerson(sql, 1),
			admin: await findPerson(sql, 2),
			few: await findPerson(sql, Math.floor(rows / 10)),
		},
	};
}

async function findPerson(sql: Sql, number: number): Promise<Person> {
	const [person] = await sql<Person[]>`
		select account.id, session.id as session, model.id as model, membership.organization_id as organization,
			(select id from public.training_jobs where model_id = model.id limit 1) as training
		from auth.users as account
		join auth.sessions as session on session.user_id = account.id
		join public.ai_models as model on model.user_id = account.id
		join public.memberships as membership on membership.user_id = account.id and membership.role = 'owner'
		where account.email = ${`person.${number}@example.com`}`;
	if (!person) throw new Error(`There is no person ${number}.`);
	return person;
}

/** A role that row level security does not hold, and that may do nothing more than people may. */
const withoutPolicies = `
	create role unbound nologin noinherit bypassrls;
	grant usage on schema public, auth, private to unbound;
	grant select on all tables in schema public to unbound;
	grant update (note), insert (model_id, note) on public.training_jobs to unbound;
	grant execute on function private.user_id() to unbound`;

/** As many of everything. The first 5,000 are one person's; of the others five are one person's each. */
function fillWith(rows: number): string {
	return `
		create temporary table person as
		select n, gen_random_uuid() as id, gen_random_uuid() as model, gen_random_uuid() as organization
		from generate_series(1, ${rows}) as n;
		create temporary table thing as
		select person.*, now() - random() * interval '1 year' as created_at
		from generate_series(1, ${rows}) as n
		join person on person.n = case when n.n <= 5000 then 1 else 2 + (n.n - 5001) / 5 end;

		insert into auth.users (id, email, email_confirmed_at, created_at, updated_at)
		select id, 'person.' || n || '@example.com', now(), now(), now() from person;
		insert into auth.sessions (id, user_id, created_at) select gen_random_uuid(), id, now() from person;
		insert into public.users (id, email, name, role, source)
		select id, 'person.' || n || '@example.com', 'Person ' || n, case n when 2 then 'admin' else 'user' end, 'trigger'
		from person;

		insert into public.ai_models (id, user_id, name, target)
		select model, id, 'Model ' || n, 'kind' from person where n <= ${rows} / 5;
		insert into public.training_jobs (user_id, model_id, target, state, created_at)
		select id, model, 'kind', 'cancelled', created_at from thing;
		insert into public.studio_jobs (user_id, title, card, state, created_at)
		select id, 'Model ' || n, '{"title": "Model"}', 'cancelled', created_at from thing;
		insert into public.notifications (user_id, kind, created_at) select id, 'training.done', created_at from thing;

		insert into public.organizations (id, name)
		select organization, 'Organization ' || n from person where n <= ${rows} / 5;
		insert into public.memberships (organization_id, user_id, role)
		select person.organization, member.id, case when member.n = person.n then 'owner' else 'member' end
		from person cross join (values (0), (1)) as next (step)
		join person as member on member.n = person.n + next.step
		where person.n <= ${rows} / 5;
		insert into public.scheduled_jobs (organization_id, created_by, mapping, status, created_at)
		select organization, id, '{}', 'done', created_at from thing;
		drop table thing, person`;
}
