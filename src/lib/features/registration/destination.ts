import { localPath } from '../../local-path.ts';

/**
 * Where somebody goes once they are signed in: the page of this site that `next` names, as a path or, in mails, as a
 * whole address; else their home.
 */
export function whereTo(next: string | null | undefined, origin: string): string {
	const path = localPath(next?.startsWith(`${origin}/`) ? next.slice(origin.length) : next, origin);
	return path === '/' ? '/home' : path;
}
