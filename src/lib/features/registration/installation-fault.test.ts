import { describe, expect, it } from 'vitest';
import { nameFault } from './installation-fault.ts';

describe('a fault of the installation', () => {
	it.each([
		['42P17', 'infinite recursion detected in policy for relation "users"', 'policy_recursion'],
		['42501', 'new row violates row-level security policy for table "users"', 'policy_missing'],
		['42501', 'permission denied for table users', 'grant_missing'],
		['42P01', 'relation "public.users" does not exist', 'table_missing'],
		['PGRST205', "Could not find the table 'public.users' in the schema cache", 'table_missing'],
		['23514', 'new row violates check constraint', 'unknown'],
	])('with %s (%s) is named %s', (code, message, fault) => {
		expect(nameFault({ code, message })).toBe(fault);
	});
});
