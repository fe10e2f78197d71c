/** Writes what was found as Markdown that can be read, and compared line by line. */
import type { Grant } from './grants.ts';
import { people, type Part } from './walk.ts';

export function formatMatrix(parts: Part[]): string {
	const cells = parts.reduce((sum, { rows }) => sum + Object.keys(rows).length * people.length, 0);
	return [
		'# The access matrix',
		'',
		`Who may do what, found out by trying: ${cells} cells. \`rows n\` are the rows that a statement touched, and \`rows 0\` those that a policy hides; a code is the SQLSTATE with which it was refused; anything else is what a function answered. “With everything granted” is what the policies hold alone, were the grants lost. Written by \`tests/access/matrix.test.ts\`; what is tried stands in \`cells.ts\`.`,
		...parts.flatMap(({ title, rows }) => [
			'',
			`## ${title}`,
			'',
			...formatTable([
				['', ...people.map(([name]) => name)],
				...Object.entries(rows).map(([what, found]) => [what, ...found]),
			]),
		]),
		'',
	].join('\n');
}

export function formatGrants(grants: Grant[]): string {
	return [
		'# What is granted',
		'',
		'Every privilege in `public` and `private` of everybody but the owner, from the catalogue. What is not here is granted to nobody. The role `public` is everybody. Written by `tests/access/matrix.test.ts`.',
		'',
		...grants.map(({ object, role, verbs }) => `- ${object}: ${role} may ${verbs}`),
		'',
	].join('\n');
}

function formatTable([head = [], ...body]: string[][]): string[] {
	const widths = head.map((_, index) =>
		Math.max(3, ...[head, ...body].map((line) => line[index]?.length ?? 0)),
	);
	const toLine = (line: string[]) =>
		`| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
	return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...body.map(toLine)];
}
