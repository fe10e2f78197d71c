import type postgres from 'postgres';
import type { Random } from '../support/random.ts';
import type { Person } from './person.ts';

/** Something that people come for. */
export type Errand = {
	name: string;
	/** What somebody does. It ends where a kill leaves them without an answer. */
	run(person: Person, random: Random): Promise<void>;
	/** When all is done: what the database does not hold as it should, in a sentence each. `kept` are the ids of what people were told they have. */
	audit(sql: postgres.Sql, kept: string[]): Promise<string[]>;
};

/** One sentence for all rows that there should not be. */
export function complain(what: string, rows: readonly object[]): string[] {
	return rows.length > 0 ? [`${rows.length} ${what}, such as ${JSON.stringify(rows[0])}`] : [];
}
