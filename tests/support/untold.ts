import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Throws when a secret is in the app's log, or in the files that browsers get as they stand. */
export function requireUntold(secret: string, log: string): void {
	const files = globSync('build/client/**/*', { withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
	const told = [
		...(log.includes(secret) ? ['the log'] : []),
		...files.filter((file) => readFileSync(file, 'latin1').includes(secret)),
	];
	if (told.length > 0) throw new Error(`The secret key is in ${told.join(', ')}.`);
}
