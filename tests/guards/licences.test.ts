import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** They let everybody use, change and sell what contains them; MPL asks that its own files stay open. */
const permitted = new Set([
	'0BSD',
	'Apache-2.0',
	'BSD-2-Clause',
	'BSD-3-Clause',
	'ISC',
	'MIT',
	'MPL-2.0',
	// Fonts
	'OFL-1.1',
	'Unlicense',
]);

type Lock = { packages: Record<string, { dev?: boolean; devOptional?: boolean }> };
const lock: Lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

/** All that `npm ci --omit=dev` installs, with the licence that each package names itself. */
const shipped = Object.entries(lock.packages)
	.filter(([folder, { dev }]) => folder && !dev)
	// What is only for other platforms is not here.
	.filter(([folder]) => existsSync(`${folder}/package.json`))
	.map(([folder]): [string, string] => {
		const { license }: { license?: unknown } = JSON.parse(
			readFileSync(`${folder}/package.json`, 'utf8'),
		);
		return [folder, String(license)];
	});

test('everything that is shipped has a licence that permits it', () => {
	expect(shipped.length).toBeGreaterThan(20);
	expect(shipped.filter(([, licence]) => !isPermitted(licence))).toEqual([]);
});

test.each(['GPL-3.0', 'MIT AND AGPL-3.0', 'GPL-2.0 OR LGPL-2.1', 'UNLICENSED', 'undefined'])(
	'%s would not be',
	(licence) => {
		expect(isPermitted(licence)).toBe(false);
	},
);

/** Of “A OR B” one may choose, and “A AND B” asks for both. */
function isPermitted(licence: string): boolean {
	return licence
		.replace(/[()]/g, '')
		.split(' OR ')
		.some((choice) => choice.split(' AND ').every((each) => permitted.has(each)));
}
