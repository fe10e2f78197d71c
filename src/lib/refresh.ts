import { browser } from '$app/environment';
import { invalidateAll, preloadCode } from '$app/navigation';
import { navigating } from '$app/state';
import { whenNothingIsSent } from './sending.ts';

/** Loads what the page shows again, since something has changed that nobody on this page did. */
export function refresh(): void {
	whenNothingIsSent(() => void arrived().then(invalidateAll));
}

/** Where the link leads, if the last click was one on a link. */
let clicked: string | undefined;
if (browser) {
	addEventListener('click', ({ target }) => {
		if (target instanceof Element) clicked = target.closest('a')?.pathname;
	});
}

/**
 * When the link that was followed has led where it leads. Kit gives a navigation up when it is asked to load again in
 * the middle of it, and what was clicked would never open.
 */
export async function arrived(): Promise<void> {
	// Kit asks the server first which page that is, and says nothing of a navigation before it knows.
	if (clicked) await preloadCode(clicked).catch(() => undefined);
	let last: Promise<void> | null = null;
	// One that was given up stays the current one for Kit, and another may have begun meanwhile.
	while (navigating.complete && navigating.complete !== last) {
		last = navigating.complete;
		await last.catch(() => undefined);
	}
}
