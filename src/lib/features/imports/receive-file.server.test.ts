import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { receiveFile } from './receive-file.server.ts';
import { refuseFile } from './refuse-file.ts';

const boundary = 'a-boundary';
const start = (name: string) =>
	`--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/csv\r\n\r\n`;
const end = `\r\n--${boundary}--\r\n`;

/** A form that is sent in these pieces; an error in their place breaks the connection. */
function send(pieces: Iterable<string | Error>, onPiece: () => void = () => undefined): Request {
	const left = pieces[Symbol.iterator]();
	const body = new ReadableStream<Uint8Array>({
		pull(controller) {
			const { done, value } = left.next();
			onPiece();
			if (done) controller.close();
			else if (value instanceof Error) controller.error(value);
			else controller.enqueue(new TextEncoder().encode(value));
		},
	});
	const init: RequestInit & { duplex: 'half' } = {
		method: 'POST',
		body,
		duplex: 'half',
		headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
	};
	return new Request('http://localhost/', init);
}

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<string> {
	let text = '';
	for await (const piece of bytes) text += Buffer.from(piece).toString();
	return text;
}

describe('a file that is sent', () => {
	test('is handed on with its name', async () => {
		const request = send([start('stock.csv'), 'a,', 'b\n', '1,2', end]);
		const taken = await receiveFile(request, async ({ name, bytes }) => [
			name,
			await readAll(bytes),
		]);
		expect(taken).toEqual(['stock.csv', 'a,b\n1,2']);
	});

	test('is asked for no faster than it is read', async () => {
		let sent = 0;
		function* pieces() {
			yield start('stock.csv');
			for (let piece = 0; piece < 200; piece += 1) yield 'x'.repeat(65_536);
			yield end;
		}
		let ahead = 0;
		let read = 0;
		await receiveFile(
			send(pieces(), () => (sent += 1)),
			async ({ bytes }) => {
				for await (const piece of bytes) {
					read += piece.length / 65_536;
					for (let turn = 0; turn < 5; turn += 1) await setImmediate();
					ahead = Math.max(ahead, sent - read);
				}
			},
		);
		expect(read).toBe(200);
		expect(ahead).toBeLessThan(20);
	});

	test('is read to its end when it is refused', async () => {
		let sent = 0;
		const pieces = [
			start('stock.csv'),
			...Array.from({ length: 100 }, () => 'x'.repeat(65_536)),
			end,
		];
		const receiving = receiveFile(
			send(pieces, () => (sent += 1)),
			async ({ bytes }) => {
				for await (const piece of bytes) {
					throw refuseFile('file_quote', `Line 3 of ${piece.length}`);
				}
			},
		);
		await expect(receiving).rejects.toMatchObject({ code: 'file_quote' });
		expect(sent).toBeGreaterThanOrEqual(pieces.length);
	});

	test.each([
		['a broken connection', [start('stock.csv'), 'a,b\n', new Error('reset')]],
		['a form without an end', [start('stock.csv'), 'a,b\n']],
		['a form that never begins', [new Error('reset')]],
	])('is cut by %s', async (_, pieces) => {
		const receiving = receiveFile(send(pieces), ({ bytes }) => readAll(bytes));
		await expect(receiving).rejects.toMatchObject({ code: 'file_cut', status: 400 });
	});

	test('is missing when none was chosen, or the form is no such form', async () => {
		const take = async () => 'taken';
		await expect(receiveFile(send([start(''), end]), take)).rejects.toMatchObject({
			code: 'file_missing',
		});
		await expect(receiveFile(send([`--${boundary}--\r\n`]), take)).rejects.toMatchObject({
			code: 'file_missing',
		});
		const plain = new Request('http://localhost/', { method: 'POST', body: 'a=b' });
		await expect(receiveFile(plain, take)).rejects.toMatchObject({ code: 'file_missing' });
	});
});
