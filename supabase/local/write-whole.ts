import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * Writes a file for its owner's eyes alone. Written beside and renamed: a process killed in the middle leaves the old
 * file or the new one, never a half.
 */
export function writeWhole(file: string, text: string): void {
	const draft = openSync(`${file}.new`, 'w', 0o600);
	writeSync(draft, text);
	fsyncSync(draft);
	closeSync(draft);
	renameSync(`${file}.new`, file);
}
