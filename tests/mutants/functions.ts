import type { TestDatabase } from '../support/database.ts';
import type { Mutant } from './mutants.ts';

type Fn = {
	schema: string;
	name: string;
	signature: string;
	definer: boolean;
	returnsBoolean: boolean;
	isTrigger: boolean;
	language: string;
	body: string;
	definition: string;
	/** Nobody but the owner may call it. */
	closed: boolean;
};

/** The functions that others ask who somebody is, or whether they may. */
const asked = ['is_admin', 'is_active', 'is_suspended', 'is_service_role'];

export async function mutateFunctions(database: TestDatabase): Promise<Mutant[]> {
	const [rows = []] = await database.run(`
		select nspname, proname, function.oid::regprocedure::text as signature, prosecdef, prorettype = 'boolean'::regtype as boolean,
			prorettype = 'trigger'::regtype as trigger, lanname, prosrc, pg_get_functiondef(function.oid) as definition,
			not exists (select from aclexplode(proacl) where grantee <> proowner) as closed
		from pg_proc as function
		join pg_namespace on pg_namespace.oid = pronamespace
		join pg_language on pg_language.oid = prolang
		where nspname in ('public', 'private')
			and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = function.oid and deptype = 'e')
		order by function.oid::regprocedure::text collate "C"`);
	return rows
		.map((row): Fn => ({
			schema: String(row['nspname']),
			name: String(row['proname']),
			signature: String(row['signature']),
			definer: row['prosecdef'] === true,
			returnsBoolean: row['boolean'] === true,
			isTrigger: row['trigger'] === true,
			language: String(row['lanname']),
			body: String(row['prosrc']),
			definition: String(row['definition']),
			closed: row['closed'] === true,
		}))
		.flatMap(changesOf);
}

function changesOf(fn: Fn): Mutant[] {
	const { signature, name, definer } = fn;
	const about = { object: `function ${fn.schema}.${signature.replace(/^\w+\./, '')}`, name };
	const whole = { ...about, part: 'Functions' };
	return [
		{
			...whole,
			kind: 'search_path unpinned',
			sql: `alter function ${signature} reset search_path`,
			first: 'tests',
		},
		{
			...whole,
			kind: definer ? 'invoker, not definer' : 'definer, not invoker',
			sql: `alter function ${signature} security ${definer ? 'invoker' : 'definer'}`,
			// Whoever comes to it, comes from a function that runs as the owner.
			...(fn.closed &&
				!fn.isTrigger && {
					equivalent: 'Nobody but the owner may call it, so it runs as the owner in either case.',
				}),
		},
		...(fn.returnsBoolean && asked.includes(name)
			? ['true', 'false'].map((answer) => ({
					...whole,
					kind: `always ${answer}`,
					sql: rewrite(
						fn,
						fn.language === 'sql' ? `select ${answer}` : `begin return ${answer}; end;`,
					),
				}))
			: []),
		...guards.flatMap(([kind, pattern, replacement]) =>
			[...fn.body.matchAll(pattern)].map((found) => ({
				...whole,
				kind,
				object: `${about.object}: ${found[0].replace(/\s+/g, ' ').slice(0, 90)}`,
				sql: rewrite(
					fn,
					fn.body.slice(0, found.index) +
						replacement +
						fn.body.slice(found.index + found[0].length),
				),
			})),
		),
	];
}

/** What stands between a caller and what they may not do, and what is left when it is gone. */
const guards: [kind: string, pattern: RegExp, replacement: string][] = [
	['guard removed', /perform private\.require_\w+\([^;]*;/g, 'null;'],
	[
		'guard removed',
		/private\.require_(active|admin)\(\)(?!;)|(?<=:= )private\.require_(active|admin)\(\)/g,
		'auth.uid()',
	],
	['guard removed', /(?<=:= )private\.require_membership\([^;]*(?=;)/g, 'auth.uid()'],
	['refusal removed', /raise exception [^;]*;/g, 'null;'],
	['owner not asked', /\s+and (\w+\.)?(user_id|owner_id) = (v_user_id|auth\.uid\(\))/g, ''],
	['suspension not asked', /\s+(and|or) (not )?private\.is_suspended\(\w+\)/g, ''],
];

function rewrite({ definition, body }: Fn, changed: string): string {
	return definition.replace(body, () => changed);
}
