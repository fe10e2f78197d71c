import type { Database } from './database.ts';

/** The roles of the API, as every Supabase project has them. */
export const apiRoles = ['anon', 'authenticated', 'service_role'] as const;

export async function createRoles(database: Database): Promise<void> {
	await database.transaction(`
		do $$
		begin
			if to_regrole('anon') is null then create role anon nologin; end if;
			if to_regrole('authenticated') is null then create role authenticated nologin; end if;
			if to_regrole('service_role') is null then create role service_role nologin bypassrls; end if;
		end
		$$;
	`);
}
