import * as v from 'valibot';
import { answerOf } from '../../supabase/answer-of.ts';
import type { Client } from '../../supabase/request.server.ts';
import type { Counts } from './counts.ts';
import type { Review } from './imports.schema.ts';

const columns =
	'id, organization_id, name, byte_size, encoding, delimiter, header, line_count, created_at';

/** An organization's files, the newest first. */
export async function listFiles(client: Client, organizationId: string) {
	return answerOf(
		client
			.from('import_files')
			.select('id, name, line_count, created_at')
			.eq('organization_id', organizationId)
			.eq('complete', true)
			.order('created_at', { ascending: false }),
	);
}

/** A file that has been read to its end; null for one of an organization that is none of these. */
export async function findFile(client: Client, organizationIds: string[], id: string) {
	const row = await answerOf(
		client
			.from('import_files')
			.select(columns)
			.eq('id', id)
			.eq('complete', true)
			.in('organization_id', organizationIds)
			.maybeSingle(),
	);
	return row && { ...row, header: row.header ?? [], delimiter: row.delimiter ?? ',' };
}

export type ImportFile = NonNullable<Awaited<ReturnType<typeof findFile>>>;

/** The first lines as they will be stored. */
export async function previewLines(client: Client, fileId: string, review: Review, limit = 20) {
	const lines = await answerOf(
		client.rpc('preview_import', {
			p_file: fileId,
			p_mapping: review.mapping,
			p_decimal_mark: review.decimalMark,
			p_limit: limit,
		}),
	);
	// The generated types say that a column of a function is never null.
	return v.parse(preview, lines);
}

const text = v.nullable(v.string());
const number = v.nullable(v.number());
const preview = v.array(
	v.object({
		line: v.number(),
		sku: text,
		name: text,
		quantity: number,
		// A numeric is a number to one data API and a text to another.
		price: v.nullable(v.pipe(v.union([v.number(), v.string()]), v.transform(Number))),
		location: text,
		category: text,
		note: text,
		known: v.boolean(),
		reason: text,
	}),
);
export type PreviewLine = v.InferOutput<typeof preview>[number];

const counts = v.object({
	lines: v.number(),
	known: v.number(),
	refused: v.record(v.string(), v.number()),
	next_chunk: v.nullable(v.number()),
});

/** What is to be expected of so many lines, from this chunk on. */
export async function countLines(
	client: Client,
	fileId: string,
	review: Review,
	fromChunk: number,
): Promise<Counts> {
	const counted = await answerOf(
		client.rpc('check_import', {
			p_file: fileId,
			p_mapping: review.mapping,
			p_decimal_mark: review.decimalMark,
			p_from_chunk: fromChunk,
			p_chunks: 20,
		}),
	);
	return v.parse(counts, counted);
}

/** Answers whether it is gone: what an import reads cannot be deleted. */
export async function deleteFile(client: Client, id: string): Promise<boolean> {
	const rows = await answerOf(client.from('import_files').delete().eq('id', id).select('id'));
	return rows.length > 0;
}
