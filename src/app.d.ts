import type { Logger } from 'pino';
import type { Client } from '$lib/supabase/request.server.ts';
import type { Hindrance, Person } from '$lib/person.ts';
import type { Theme } from '$lib/theme.ts';

declare global {
	namespace App {
		interface Locals {
			requestId: string;
			log: Logger;
			theme: Theme | null;
			/** Speaks to the backend as the person who asks. */
			supabase: Client;
			/** Who asks; null for a guest. */
			person: Person | null;
			/** All that the database answered about who asks, with what features have added to it. */
			me: Record<string, unknown>;
			/** What keeps somebody with a session from being a person here. */
			hindrance: Hindrance | null;
		}

		interface Error {
			message: string;
			requestId?: string;
		}
	}
}

export {};
