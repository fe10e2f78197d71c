/** The nastiest ten kinds of mutants, one of each, so that `npm test` knows that its tests are worth something. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPglite } from '../support/database.ts';
import { openJudge, type Judge } from './judge.ts';

const engine = startPglite();
let judge: Judge;
beforeAll(async () => {
	judge = await openJudge(engine);
});
afterAll(async () => {
	await judge?.close();
	await engine.stop();
});

/** In the tables that every project keeps, whichever features it removes. */
const nastiest = [
	['USING true', 'policy select_own_or_admin on users'],
	['CHECK whoever is signed in', 'policy insert_own on users'],
	['USING negated', 'policy delete_own on notifications'],
	['permissive, not restrictive', 'policy all_active on users'],
	['row level security off', 'table registration_failures'],
	['a column granted', 'update (role) on public.users to authenticated'],
	['always true', 'function private.is_admin()'],
	['guard removed', /^function private\.admin_set_role\(/],
	['invoker, not definer', 'function private.admin_list_failures(boolean,integer,uuid)'],
	['trigger disabled', 'trigger _100_append_only on public.audit_log'],
] as const;

test.each(nastiest)('the tests notice: %s, %s', async (kind, object) => {
	const mutant = judge.mutants.find(
		(each) =>
			each.kind === kind &&
			(typeof object === 'string' ? each.object === object : object.test(each.object)),
	);
	if (!mutant) throw new Error(`There is no mutant “${kind}” of ${object}.`);
	expect(await judge.judge(mutant)).not.toBeNull();
});
