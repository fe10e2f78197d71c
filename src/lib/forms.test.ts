import fc from 'fast-check';
import pino from 'pino';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { AppError } from './errors.ts';
import { parseForm } from './forms.ts';

const schema = v.object({
	name: v.pipe(
		v.string(),
		v.trim(),
		v.nonEmpty('Please enter a name.'),
		v.maxLength(9, 'Too long.'),
	),
	password: v.pipe(v.string(), v.nonEmpty('Please enter a password.')),
});

function send(body: BodyInit, headers: Record<string, string> = {}) {
	const request = new Request('http://localhost/', { method: 'POST', body, headers });
	return parseForm({ request, locals: { log: pino({ enabled: false }) } }, schema);
}

function refusalOf(form: Awaited<ReturnType<typeof send>>) {
	if (!('failure' in form)) throw new Error('The form was accepted.');
	return { status: form.failure.status, ...form.failure.data };
}

describe('a form', () => {
	it('gives what the schema names, as the schema makes it, and nothing else', async () => {
		const form = await send(
			new URLSearchParams({ name: ' Ada ', password: 'secret', role: 'admin' }),
		);
		expect('data' in form && form.data).toEqual({ name: 'Ada', password: 'secret' });
	});

	it('says beside each field what is wrong, and keeps what was typed, but no password', async () => {
		const form = await send(new URLSearchParams({ name: 'Ada Lovelace', password: '' }));
		expect(refusalOf(form)).toEqual({
			status: 400,
			values: { name: 'Ada Lovelace' },
			errors: { name: 'Too long.', password: 'Please enter a password.' },
			message: null,
		});
	});

	it('takes a missing field and a file for an empty one', async () => {
		const body = new FormData();
		body.set('name', new File(['Ada'], 'ada.txt'));
		expect(refusalOf(await send(body)).errors).toEqual({
			name: 'Please enter a name.',
			password: 'Please enter a password.',
		});
	});

	it('says so when it arrives damaged', async () => {
		const headers = { 'content-type': 'multipart/form-data; boundary=x' };
		expect(refusalOf(await send('--x\r\nhalf', headers))).toMatchObject({
			status: 400,
			message: 'The form arrived damaged. Please send it again.',
		});
	});

	it('does not send back more than a person would type', async () => {
		const form = await send(new URLSearchParams({ name: 'x'.repeat(100_000), password: '' }));
		expect(refusalOf(form).values).toEqual({});
	});

	it('answers any text with data or with messages', async () => {
		const text = fc.string({ unit: 'binary', maxLength: 12 });
		await fc.assert(
			fc.asyncProperty(text, text, async (name, password) => {
				const form = await send(new URLSearchParams({ name, password }));
				if ('failure' in form) expect(Object.values(refusalOf(form).errors)).not.toEqual([]);
				else expect(form.data.name).not.toBe('');
			}),
		);
	});
});

describe('a form that was accepted', () => {
	const accepted = async () => {
		const form = await send(new URLSearchParams({ name: 'Ada', password: 'secret' }));
		if ('failure' in form) throw new Error('The form was refused.');
		return form;
	};

	it('can still be refused as a whole', async () => {
		const { refuse } = await accepted();
		expect(refuse(new AppError('taken', 409, 'This name is taken.'))).toMatchObject({
			status: 409,
			data: { values: { name: 'Ada' }, errors: {}, message: 'This name is taken.' },
		});
	});

	it('can still be refused because of one field', async () => {
		const { refuse } = await accepted();
		const { data } = refuse(new AppError('taken', 409, 'This name is taken.'), { taken: 'name' });
		expect(data).toMatchObject({ errors: { name: 'This name is taken.' }, message: null });
	});

	it('does not swallow what nobody expected', async () => {
		const { refuse } = await accepted();
		const bug = new TypeError('bug');
		expect(() => refuse(bug)).toThrow(bug);
	});
});
