import type { TestDatabase } from '../support/database.ts';
import type { Mutant } from './mutants.ts';

type Policy = {
	table: string;
	name: string;
	permissive: boolean;
	command: string;
	roles: string;
	using: string | null;
	check: string | null;
};

export async function mutatePolicies(database: TestDatabase): Promise<Mutant[]> {
	const [rows = []] = await database.run(`
		select tablename, policyname, permissive = 'PERMISSIVE' as permissive, cmd, array_to_string(roles, ', ') as roles, qual, with_check
		from pg_policies where schemaname = 'public' order by tablename, policyname`);
	const policies = rows.map((row): Policy => ({
		table: String(row['tablename']),
		name: String(row['policyname']),
		permissive: row['permissive'] === true,
		command: String(row['cmd']),
		roles: String(row['roles']),
		using: row['qual'] === null ? null : String(row['qual']),
		check: row['with_check'] === null ? null : String(row['with_check']),
	}));
	const tables = [...new Set(policies.map(({ table }) => table))];
	return [
		...policies.flatMap((policy) =>
			changesOf(policy).map(([kind, sql]) => ({
				kind,
				object: `policy ${policy.name} on ${policy.table}`,
				sql,
				...concerning(policy.table),
			})),
		),
		...tables.map((table) => ({
			kind: 'row level security off',
			object: `table ${table}`,
			sql: `alter table public.${table} disable row level security`,
			...concerning(table),
		})),
	];
}

const concerning = (table: string) => ({ part: `Table \`${table}\`%`, name: table });

function changesOf(policy: Policy): [kind: string, sql: string][] {
	const { table, name, using, check } = policy;
	const alter = (rest: string) => `alter policy ${name} on public.${table} ${rest}`;
	const again = (change: Partial<Policy>) =>
		`drop policy ${name} on public.${table}; ${create({ ...policy, ...change })}`;
	return [
		...(using === null
			? []
			: expressionsFor(using).map(([kind, other]): [string, string] => [
					`USING ${kind}`,
					alter(`using (${other})`),
				])),
		...(check === null
			? []
			: expressionsFor(check).map(([kind, other]): [string, string] => [
					`CHECK ${kind}`,
					alter(`with check (${other})`),
				])),
		...(check === null
			? []
			: [['CHECK dropped', again({ check: null })] satisfies [string, string]]),
		['TO public', alter('to public')],
		['TO anon, too', alter(`to ${policy.roles}, anon`)],
		[
			policy.permissive ? 'restrictive, not permissive' : 'permissive, not restrictive',
			again({ permissive: !policy.permissive }),
		],
		...(policy.command === 'ALL'
			? []
			: [
					['for all verbs', again({ command: 'ALL', using: using ?? check })] satisfies [
						string,
						string,
					],
				]),
		['policy dropped', `drop policy ${name} on public.${table}`],
	];
}

function expressionsFor(expression: string): [kind: string, expression: string][] {
	return [
		['true', 'true'],
		['false', 'false'],
		['negated', `not (${expression})`],
		['whoever is signed in', '(select auth.uid()) is not null'],
		...swaps(expression, ' AND ', ' OR '),
		...swaps(expression, ' OR ', ' AND '),
	];
}

/** The expression with one of its words changed, once for each place where it stands. */
function swaps(expression: string, from: string, to: string): [string, string][] {
	const parts = expression.split(from);
	return parts
		.slice(1)
		.map((_, index) => [
			`with${to}for${from}`.trim(),
			parts.slice(0, index + 1).join(from) + to + parts.slice(index + 1).join(from),
		]);
}

function create({ table, name, permissive, command, roles, using, check }: Policy): string {
	return [
		`create policy ${name} on public.${table} as ${permissive ? 'permissive' : 'restrictive'} for ${command} to ${roles}`,
		using === null || command === 'INSERT' ? '' : `using (${using})`,
		check === null ? '' : `with check (${check})`,
	].join(' ');
}
