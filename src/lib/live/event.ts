/** How something of the person's was at a moment. */
export type LiveEvent = {
	id: number;
	topic: string;
	subject: string | null;
	data: Record<string, unknown>;
	/** When, by the clock of the database. */
	at: string;
};
