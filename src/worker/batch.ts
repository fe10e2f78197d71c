/**
 * Sends what comes while one call is under way together in the next one. Each caller hears how the call with theirs
 * ended.
 */
export function createBatch<Item>(
	send: (items: Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
	let waiting: Item[] = [];
	let next: Promise<void> | null = null;
	let last: Promise<unknown> = Promise.resolve();
	return (item) => {
		waiting.push(item);
		if (!next) {
			next = last.then(() => {
				const items = waiting;
				waiting = [];
				next = null;
				return send(items);
			});
			last = next.catch(() => undefined);
		}
		return next;
	};
}
