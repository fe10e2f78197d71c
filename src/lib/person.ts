/** Who is asking, as the database answered it for this request. */
export type Person = {
	id: string;
	email: string;
	name: string;
	role: 'user' | 'admin';
	avatarHue: number;
};

/** Why somebody with a session is no person of this app at the moment. */
export type Hindrance =
	| { kind: 'suspended'; until: string | null; reason: string | null }
	/** The profile could not be made yet; `passing` says that it is a matter of time. */
	| { kind: 'unfinished'; passing: boolean };
