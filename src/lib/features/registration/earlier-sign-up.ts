/** What the auth server says of the account that was just confirmed. */
export type Confirmation = { userId: string; createdAt: string; mailedAt: string | undefined };

/** The clocks of two servers may differ by so much. */
const skew = 10 * 60_000;
const pause = 60_000;

/**
 * Whether the account had been made before the sign-up that is being confirmed. Then its password is the one of that
 * earlier sign-up, and whoever made it, in the hope that the owner of the address would confirm it one day, could log
 * in. `signedUpAt` is when this browser signed up; another device knows only whether the mail was asked for again.
 */
export function wasMadeEarlier(
	{ createdAt, mailedAt }: Pick<Confirmation, 'createdAt' | 'mailedAt'>,
	signedUpAt: number | null,
): boolean {
	const made = Date.parse(createdAt);
	if (signedUpAt !== null) return signedUpAt - made > skew;
	return mailedAt !== undefined && Date.parse(mailedAt) - made > pause;
}
