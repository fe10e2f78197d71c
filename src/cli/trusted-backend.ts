import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOrCreateKeys } from '../../supabase/local/keys.ts';
import { StartError, type Settings } from './settings.ts';

/** The backend and the key that no policy stops: the project's own, or that of the embedded backend. */
export function findTrustedBackend({ project, local }: Settings): {
	url: string;
	secretKey: string;
} {
	if (project) {
		if (!project.secretKey) {
			throw new StartError(
				'SUPABASE_SECRET_KEY is not set. It is the secret key (sb_secret_…) from the API settings of the project; the publishable one does not do.',
			);
		}
		return { url: project.url, secretKey: project.secretKey };
	}
	if (!existsSync(join(local.data, 'keys.json'))) {
		throw new StartError(
			`There is no embedded backend in ${local.data} yet. Start it first, with "npm run dev".`,
		);
	}
	return {
		url: `http://127.0.0.1:${local.port}`,
		secretKey: readOrCreateKeys(local.data).secretKey,
	};
}
