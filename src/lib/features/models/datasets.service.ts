import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { AppError } from '../../errors.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import { describeDataset, faultOfTarget, limits, listTargets, type Column } from './dataset.ts';
import { samples } from './samples.ts';
import { chunksOf } from './table.ts';
import { unusable } from './unusable.ts';

const columns = v.array(
	v.object({
		name: v.string(),
		kind: v.picklist(['number', 'text']),
		distinct: v.number(),
		values: v.nullable(v.array(v.string())),
	}),
);

export type DatasetEntry = {
	id: string;
	name: string;
	rows: number;
	bytes: number;
	columns: Column[];
};

/** What a form says about the dataset to learn from, and the column to predict: empty for the likeliest. */
export type Choice = { userId: string; source: string; file: File | null; target: string };

type Read = { name: string; content: string; columns: Column[]; rows: number };

const entryColumns = 'id, name, row_count, bytes, columns';

/** Admins see everybody's; these are one person's own. */
export async function listDatasets(client: Client, userId: string): Promise<DatasetEntry[]> {
	const rows = await answerOf(
		client
			.from('datasets')
			.select(entryColumns)
			.eq('user_id', userId)
			.order('created_at', { ascending: false }),
	);
	return rows.map(toEntry);
}

export async function findDataset(client: Client, id: string): Promise<DatasetEntry | null> {
	const row = await answerOf(
		client.from('datasets').select(entryColumns).eq('id', id).maybeSingle(),
	);
	return row && toEntry(row);
}

/**
 * Finds or keeps the chosen dataset and answers its id with the column to predict. Nothing is kept of what nothing can
 * be learned from.
 */
export async function takeDataset(
	client: Client,
	{ userId, source, file, target }: Choice,
): Promise<{ id: string; target: string }> {
	const [kind, id = ''] = source.split(':');
	if (kind === 'dataset') {
		const entry = await findDataset(client, id);
		if (!entry) throw unusable('This dataset has been deleted. Please choose another one.');
		return { id, target: chooseTarget(entry.columns, target) };
	}
	const read = kind === 'sample' ? await readSample(id) : await readFile(file);
	const chosen = chooseTarget(read.columns, target);
	return { id: await keep(client, userId, read), target: chosen };
}

export async function deleteDataset(client: Client, id: string): Promise<void> {
	await answerOf(client.from('datasets').delete().eq('id', id));
}

/** Most people put last what is to be predicted. */
function chooseTarget(found: Column[], typed: string): string {
	const target = typed || (listTargets(found).at(-1) ?? found.at(-1)?.name ?? '');
	const fault = faultOfTarget(found, target);
	if (fault) throw new AppError('target_unusable', 400, fault);
	return target;
}

async function readSample(id: string): Promise<Read> {
	const sample = samples.find((each) => each.id === id);
	if (!sample) throw unusable('There is no such sample.');
	const content = sample.write();
	return { name: sample.name, content, ...(await describeDataset(chunksOf(content))) };
}

async function readFile(file: File | null): Promise<Read> {
	if (!file) throw unusable('Please choose a CSV file.');
	if (file.size > limits.bytes) {
		throw unusable(
			'This file is larger than 8 MB. Leave out the lines or columns that matter least.',
		);
	}
	const bytes = new Uint8Array(await file.arrayBuffer());
	const found = await describeDataset(inPieces(bytes));
	return { name: nameOf(file), content: new TextDecoder().decode(bytes), ...found };
}

/** The same file is kept once. */
async function keep(client: Client, userId: string, read: Read): Promise<string> {
	const { name, content } = read;
	const same = await answerOf(
		client
			.from('datasets')
			.select('id')
			.match({ user_id: userId, name, digest: digestOf(content) })
			.limit(1),
	);
	if (same[0]) return same[0].id;
	const answer = await client
		.from('datasets')
		.insert({ name, content, columns: read.columns, row_count: read.rows })
		.select('id')
		.single();
	// A backend that takes less at once than the app does.
	if (answer.status === 413) {
		throw new AppError('413', 413, 'This file is larger than our database takes at once.');
	}
	return (await answerOf(Promise.resolve(answer))).id;
}

/** As the database computes it. */
function digestOf(content: string): string {
	return createHash('md5').update(content).digest('hex');
}

function* inPieces(bytes: Uint8Array): Generator<Uint8Array, void> {
	const size = 65_536;
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function nameOf(file: File): string {
	const name = file.name
		.replace(/\.(csv|tsv|txt)$/i, '')
		.replaceAll(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
		.trim();
	return [...name].slice(0, 80).join('').trim() || 'Dataset';
}

function toEntry(row: {
	id: string;
	name: string;
	row_count: number;
	bytes: number;
	columns: unknown;
}): DatasetEntry {
	const { id, name, row_count: rows, bytes } = row;
	const parsed = v.safeParse(columns, row.columns);
	return { id, name, rows, bytes, columns: parsed.success ? parsed.output : [] };
}
