import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { AppError } from '../../errors.ts';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import { readFile, type Line } from './read-file.ts';

/** How long a database that is away for a moment is waited for, in milliseconds; then the upload is given up. */
const pauses = [500, 1000, 2000, 4000];

/**
 * Stores a file while it arrives and answers its id. Nothing is left of what cannot be read to its end, or is gone with
 * the next upload when even the deleting failed.
 */
export async function storeFile(
	client: Client,
	organizationId: string,
	sent: { name: string; bytes: AsyncIterable<Uint8Array> },
): Promise<string> {
	const row = { organization_id: organizationId, name: nameOf(sent.name) };
	const { id } = await answerOf(client.from('import_files').insert(row).select('id').single());
	try {
		const read = await readFile(sent.bytes, (number, lines) => addLines(client, id, number, lines));
		await answerOf(
			client.rpc('finish_import_file', {
				p_file: id,
				p_header: read.header,
				p_encoding: read.encoding,
				p_delimiter: read.delimiter,
				p_line_count: read.lines,
				p_byte_size: read.bytes,
			}),
		);
		return id;
	} catch (problem) {
		await client.from('import_files').delete().eq('id', id);
		throw problem;
	}
}

/** The first lines as they are in the file, without their numbers. */
export async function sampleLines(client: Client, fileId: string): Promise<string[][]> {
	const lines = await answerOf(client.rpc('sample_import_lines', { p_file: fileId, p_limit: 100 }));
	return v.parse(sampled, lines).map(([, ...fields]) => fields.map(String));
}

const sampled = v.array(v.array(v.union([v.string(), v.number()])));

/** The same chunk may come twice: whoever does not know whether it arrived sends it again. */
async function addLines(client: Client, id: string, number: number, lines: Line[]): Promise<void> {
	for (const pause of [...pauses, null]) {
		try {
			return await answerOf(
				client.rpc('add_import_lines', { p_file: id, p_number: number, p_lines: lines }),
			);
		} catch (problem) {
			const passes = problem instanceof AppError && problem.status === 503;
			if (!passes || pause === null) throw problem;
			await setTimeout(pause);
		}
	}
}

function nameOf(name: string): string {
	const readable = name.replaceAll(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]+/gu, ' ').trim();
	return [...readable].slice(0, 200).join('').trim() || 'file.csv';
}
