let known = $state<number | null>(null);

/** How many notifications are unread; null where nobody has told. */
export const unread = {
	get count() {
		return known;
	},
	set count(count) {
		known = count;
	},
};
