/** How a table is tried. `:own` and `:other` stand for the ids of two people, `:organization` for one's that neither has. */
export type Table = {
	/** The column that says whose a row is. */
	owner: string;
	/** What an insert gives beside the owner. */
	insert: Record<string, string>;
	/** Clients do not say whose a row is: it is whose token they come with. */
	ownedByDefault?: true;
	/** What else is tried, in words and as SQL. */
	further?: Record<string, string>;
	/** What makes room for an insert, done by the owner of the tables. */
	room?: string;
	/** The target of an upsert. */
	conflict: string;
	/** Each column, with a value that an update of it tries. */
	columns: Record<string, string>;
	/** The one of them that an update is tried with when it is about whose row. */
	change: string;
};
