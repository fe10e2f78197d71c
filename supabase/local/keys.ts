import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { StartError } from '../../src/cli/settings.ts';
import { writeWhole } from './write-whole.ts';

const keys = v.object({
	jwtSecret: v.pipe(v.string(), v.minLength(32)),
	publishableKey: v.pipe(v.string(), v.startsWith('sb_publishable_')),
	secretKey: v.pipe(v.string(), v.startsWith('sb_secret_')),
});

export type Keys = v.InferOutput<typeof keys>;

/** The keys of this data folder, made on the first start. The file is for its owner's eyes only. */
export function readOrCreateKeys(folder: string): Keys {
	const file = join(folder, 'keys.json');
	try {
		return v.parse(keys, JSON.parse(readFileSync(file, 'utf8')));
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
			throw new StartError(
				`${file} is damaged. Delete it to have new keys made; everyone will have to log in again.`,
			);
		}
	}
	const made: Keys = {
		jwtSecret: randomBytes(32).toString('base64url'),
		publishableKey: `sb_publishable_${randomBytes(24).toString('base64url')}`,
		secretKey: `sb_secret_${randomBytes(24).toString('base64url')}`,
	};
	writeWhole(file, JSON.stringify(made, null, '\t'));
	return made;
}
