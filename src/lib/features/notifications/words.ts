export type Notification = { kind: string; data: unknown };

export type Words = {
	text: string;
	/** Where to see it. */
	href: string | null;
	/** Whether it is about something that did not work. */
	bad: boolean;
};

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What is said of each kind, of a thing with a title and of one without; and the page of a thing. */
const kinds = new Map<string, { text: (title: string) => string; page: string | null }>(
	Object.entries({
		'training.done': { text: (title) => `The training${of(title)} is done.`, page: '/models/' },
		'training.failed': { text: (title) => `The training${of(title)} failed.`, page: '/models/' },
		'card.done': { text: (title) => `The card${of(title)} is ready.`, page: '/studio/' },
		'card.failed': { text: (title) => `The card${of(title)} failed.`, page: '/studio/' },
		'import.done': { text: (title) => `The import${of(title)} is done.`, page: '/imports/' },
		'organization.invited': {
			text: (title) => (title ? `You are invited to “${title}”.` : 'You are invited.'),
			page: '/organizations#',
		},
		'import.failed': { text: (title) => `The import${of(title)} failed.`, page: '/imports/' },
	}),
);

/** A kind that these words do not know yet, such as one of a newer version of the app, is no reason to say nothing. */
export function wordsFor({ kind, data }: Notification): Words {
	const known = kinds.get(kind);
	const id = read(data, 'id');
	return {
		text: known?.text(read(data, 'title')) ?? 'Something of yours has changed.',
		href: known?.page && uuid.test(id) ? known.page + id : null,
		bad: kind.endsWith('.failed'),
	};
}

function of(title: string): string {
	return title === '' ? '' : ` of “${title}”`;
}

function read(data: unknown, name: string): string {
	const value = new Map(Object.entries(data ?? {})).get(name);
	return typeof value === 'string' ? value : '';
}
