import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { AppError } from '../../errors.ts';
import { refuseFile } from './refuse-file.ts';

type Sent = { name: string; bytes: AsyncIterable<Uint8Array> };

const cut = 'The connection broke off before the whole file had arrived. Please send it again.';

/**
 * The first file of a form, handed on while it arrives: `request.formData()` would hold all of it in memory. When it is
 * refused the rest is read and thrown away, because a browser reads no answer before it has sent everything.
 */
export async function receiveFile<Taken>(
	request: Request,
	take: (sent: Sent) => Promise<Taken>,
): Promise<Taken> {
	const type = request.headers.get('content-type') ?? '';
	if (!request.body || !/^multipart\/form-data;.*boundary=/i.test(type)) throw missing();
	const form = new Busboy({
		headers: { 'content-type': type },
		limits: { files: 1, fields: 10, parts: 12, headerPairs: 20 },
	});
	let file: Readable | null = null;
	let taken: Promise<Taken> | null = null;
	form.on('file', (_field, stream, name) => {
		file = stream;
		taken = takeWhole(stream, name, take);
		// It is awaited below: until then nobody else needs to know.
		taken.catch(() => undefined);
	});
	try {
		await pipeline(piecesOf(request.body), form);
	} catch {
		stop(file);
		throw await reasonOf(taken);
	}
	if (!taken) throw missing();
	return taken;
}

async function takeWhole<Taken>(
	stream: Readable,
	name: string,
	take: (sent: Sent) => Promise<Taken>,
): Promise<Taken> {
	const pieces = stream.iterator({ destroyOnReturn: false });
	// Without a return(): whoever stops reading in the middle does not end it.
	const bytes = { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
	try {
		if (name === '') throw missing();
		return await take({ name, bytes });
	} finally {
		while (!stream.destroyed && !(await pieces.next()).done);
	}
}

function stop(file: Readable | null): void {
	file?.destroy(refuseFile('file_cut', cut));
}

/** What the file was refused for, if it had been already. */
async function reasonOf(taken: Promise<unknown> | null): Promise<AppError> {
	try {
		await taken;
	} catch (problem) {
		if (problem instanceof AppError) return problem;
	}
	return refuseFile('file_cut', cut);
}

function missing(): AppError {
	return refuseFile('file_missing', 'Please choose a CSV file.');
}

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
	const reader = body.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		yield value;
	}
}
