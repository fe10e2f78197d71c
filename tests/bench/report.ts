/**
 * Where every benchmark writes what it measured: its own section of docs/benchmarks.md, between two markers, so that one
 * can be run again alone. The section says by itself what machine it was; the same goes to the console.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { findPostgres } from '../support/postgres.ts';

type Cell = string | number | null;

export type Table = {
	/** The script that runs it, such as `bench:admin`. */
	name: string;
	/** What was asked and on how much, in a sentence or two. */
	about: string;
	/** How often, and what one figure is: "15 by turns; the median, and in brackets the middle half". */
	runs: string;
	columns: string[];
	rows: Cell[][];
	/** What the figures say, and what they do not. */
	note?: string;
};

const PAGE = 'docs/benchmarks.md';

// Before the benchmark itself has put any load on the machine.
const loadBefore = loadavg()[0] ?? 0;

/** Puts the table into its section in place of the one that is there, or in a new section at the end. */
export async function writeTable(table: Table): Promise<void> {
	const section = await pretty(describe(table));
	console.log(`\n${section}`);
	const page = readFileSync(PAGE, 'utf8');
	writeFileSync(PAGE, await pretty(replaceSection(page, table.name, section)));
}

/** The page with this in the section of that name. Other sections stay as they are. */
export function replaceSection(page: string, name: string, section: string): string {
	const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
	const whole = [start, section.trim(), end].join('\n\n');
	const [from, to] = [page.indexOf(start), page.indexOf(end)];
	if (from < 0 || to < from) return `${page.trimEnd()}\n\n${whole}\n`;
	return page.slice(0, from) + whole + page.slice(to + end.length);
}

/** The figure that half of the runs were under. */
export function median(figures: number[]): number {
	return quantile(figures, 0.5);
}

/** The median with the middle half of all runs: `12.3 (11.9–13.0)`. A wide one was measured amid other work. */
export function medianAndSpread(figures: number[], digits = 1): string {
	const [low, middle, high] = [0.25, 0.5, 0.75].map((part) =>
		quantile(figures, part).toFixed(digits),
	);
	return `${middle} (${low}–${high})`;
}

export function quantile(figures: number[], part: number): number {
	const sorted = figures.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function describe({ name, about, runs, columns, rows, note }: Table): string {
	const line = (cells: Cell[]) => `| ${cells.map(text).join(' | ')} |`;
	const head = [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:')))];
	return [
		`## \`${name}\``,
		about,
		`- Machine: ${machine()}\n- Versions: ${versions()}\n- Runs: ${runs}`,
		[...head, ...rows.map(line)].join('\n'),
		...(note ? [note] : []),
	].join('\n\n');
}

function text(cell: Cell): string {
	return (cell === null ? '–' : String(cell)).replaceAll('|', '\\|');
}

function machine(): string {
	const cores = availableParallelism();
	return `${cores} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory; ${loadBefore.toFixed(1)} processes at work before it began`;
}

function versions(): string {
	return [system(), `Node ${process.versions.node}`, database()].join(', ');
}

function system(): string {
	const file = '/etc/os-release';
	const said = existsSync(file) ? readFileSync(file, 'utf8') : '';
	return /^PRETTY_NAME="?([^"\n]+)/m.exec(said)?.[1] ?? type();
}

function database(): string {
	const programs = findPostgres();
	if (!programs) return 'no PostgreSQL but PGlite';
	const said = execFileSync(join(programs.folder, 'postgres'), ['--version'], { encoding: 'utf8' });
	return `PostgreSQL ${/[\d.]+/.exec(said)?.[0] ?? programs.version}`;
}

async function pretty(markdown: string): Promise<string> {
	return format(markdown, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}
