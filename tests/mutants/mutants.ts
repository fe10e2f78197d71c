/** The mutants of a schema: each a small change that a careless edit could make, found in the catalogue and written as DDL. */
import type { TestDatabase } from '../support/database.ts';
import { mutateFunctions } from './functions.ts';
import { mutateGrants } from './grants.ts';
import { mutatePolicies } from './policies.ts';
import { mutateTriggers } from './triggers.ts';

export type Mutant = {
	/** What was done, in a few words, the same for all objects. */
	kind: string;
	/** To what. */
	object: string;
	sql: string;
	/** The part of the access matrix that is walked first, as a pattern of LIKE. */
	part: string;
	/** The name by which the tests that concern it are found. */
	name: string;
	/** Who looks first: the matrix, what is granted, or the tests in SQL. */
	first?: 'grants' | 'tests';
	/** Why nobody could tell the difference, where the catalogue itself says so. */
	equivalent?: string;
};

export async function listMutants(database: TestDatabase): Promise<Mutant[]> {
	const found = [
		...(await mutatePolicies(database)),
		...(await mutateGrants(database)),
		...(await mutateFunctions(database)),
		...(await mutateTriggers(database)),
	];
	// The same change can be come to in two ways.
	return [...new Map(found.map((mutant) => [mutant.sql, mutant])).values()];
}
