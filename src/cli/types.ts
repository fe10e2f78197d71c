import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generateTypescript, sortGeneratorMetadata } from '@supabase/postgrest-typegen/generation';
import { introspect } from '@supabase/postgrest-typegen/introspection';
import { openScratchDatabase } from '../../supabase/local/scratch.ts';
import { run } from './run.ts';
import { StartError } from './settings.ts';

const file = 'src/lib/supabase/database.types.ts';

/** What `supabase gen types` would write for a project with these migrations, made without Docker. */
async function generateTypes(): Promise<string> {
	const database = await openScratchDatabase();
	try {
		const metadata = await introspect(
			{ query: async (sql) => ({ rows: await database.query(sql) }) },
			{ includedSchemas: ['public'] },
		);
		return await generateTypescript(sortGeneratorMetadata(metadata), {
			detectOneToOneRelationships: true,
		});
	} finally {
		await database.close();
	}
}

/** Writes the types, or with `--check` only says whether they are still what the migrations make. */
await run(async () => {
	const types = await generateTypes();
	if (!process.argv.includes('--check')) {
		writeFileSync(file, types);
		console.log(`Wrote ${file}.`);
	} else if (!existsSync(file) || readFileSync(file, 'utf8') !== types) {
		throw new StartError(`${file} is not what the migrations make: run "npm run db:types".`);
	}
});
