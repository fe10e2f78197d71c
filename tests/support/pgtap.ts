/**
 * pgTAP for a PostgreSQL that need not have it installed: it is SQL alone, and PGlite brings it. So the tests in SQL run
 * on every server that is found.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const archive = fileURLToPath(
	new URL('../pgtap.tar.gz', import.meta.resolve('@electric-sql/pglite/pgtap')),
);

/** What `create extension pgtap` would run. */
export function readPgtap(): string {
	const files = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n');
	const whole = files.find((file) => /\/pgtap--[\d.]+\.sql$/.test(file));
	if (!whole) throw new Error('PGlite brings no pgTAP any more.');
	return execFileSync('tar', ['-xzOf', archive, whole], { encoding: 'utf8', maxBuffer: 2 ** 24 });
}
