/** A card from the ask to the picture, with the worker's own task, over the data API of the embedded backend. */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Card } from '../../src/lib/features/studio/card.schema.ts';
import type { Database, Json } from '../../src/lib/supabase/database.types.ts';
import { HopelessError, type Job } from '../../src/worker/task.ts';
import { drawShareCard } from '../../src/worker/tasks/studio__card.ts';
import { makeDataFolder, register, startBackend, type Backend } from '../support/backend.ts';

const folder = makeDataFolder();
let backend: Backend;
let db: SupabaseClient<Database>;
let userId: string;

beforeAll(async () => {
	backend = await startBackend({ data: folder.data });
	db = createClient<Database>(backend.url, backend.secretKey, {
		auth: { persistSession: false, autoRefreshToken: false },
	});
	userId = (await register(backend, 'ada@example.com')).id;
});

afterAll(async () => {
	await backend?.stop();
	folder.remove();
});

const profile: Card = {
	kind: 'profile',
	name: 'Ada Lovelace',
	hue: 200,
	since: '2026-11-21T10:00:00+00:00',
};

async function ask(card: Json): Promise<string> {
	const { data, error } = await db.rpc('create_studio_job', {
		user_id: userId,
		title: 'A card',
		card,
	});
	if (error) throw error;
	return data;
}

/** As a worker takes it. A lease of 0 seconds is over at once. */
async function claim(leaseSeconds = 60): Promise<Job> {
	const { data, error } = await db.rpc('claim_jobs', {
		worker: 'test',
		kinds: ['studio.card'],
		count: 1,
		lease_seconds: leaseSeconds,
	});
	if (error) throw error;
	const [job] = data;
	if (!job) throw new Error('There is no job.');
	const { id, kind, subject_id: subjectId, token, attempt } = job;
	return { id, kind, subjectId, token, attempt };
}

function draw(job: Job, signal = new AbortController().signal): Promise<void> {
	return drawShareCard({
		job,
		db,
		signal,
		log: pino({ enabled: false }),
		finish: () => Promise.resolve(),
	});
}

async function read(id: string) {
	const { data, error } = await db.from('studio_jobs').select().eq('id', id).single();
	if (error) throw error;
	return data;
}

/** What a PNG says of itself in its first bytes. */
function sizeOf(png: string | null) {
	const bytes = Buffer.from(png ?? '', 'base64');
	expect(bytes.subarray(1, 4).toString()).toBe('PNG');
	return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

describe('a share card', () => {
	test('is drawn as SVG and as PNG, and the job is over', async () => {
		const id = await ask(profile);
		const job = await claim();
		expect(job.subjectId).toBe(id);
		await draw(job);
		const card = await read(id);
		expect(card).toMatchObject({ state: 'done', progress: 1, error: null, png_complete: true });
		expect(card.svg).toContain('>Lovelace</text>');
		expect(sizeOf(card.png)).toEqual({ width: 1200, height: 630 });
		await expect(claim()).rejects.toThrow('There is no job.');
	});

	test('with letters that our fonts lack is drawn without them, and says so', async () => {
		const id = await ask({ ...profile, name: 'Ada 李 <b>&amp;' });
		await draw(await claim());
		const card = await read(id);
		expect(card).toMatchObject({ state: 'done', png_complete: false });
		expect(card.svg).toContain('李');
		expect(sizeOf(card.png)).toEqual({ width: 1200, height: 630 });
	});

	test('is stored once, by whoever holds the lease', async () => {
		const id = await ask(profile);
		const late = await claim(0);
		const next = await claim();
		expect(next.id).toBe(late.id);
		await expect(draw(late)).rejects.toMatchObject({ hint: 'lease_lost' });
		expect(await read(id)).toMatchObject({ state: 'running', progress: 0, svg: null });
		await draw(next);
		expect(await read(id)).toMatchObject({ state: 'done' });
	});

	test('is left where it is when the worker stops', async () => {
		const id = await ask(profile);
		const job = await claim();
		await expect(draw(job, AbortSignal.abort())).rejects.toThrow();
		expect(await read(id)).toMatchObject({ state: 'running', progress: 0 });
		await draw(job);
	});

	test('that says nothing is not tried again', async () => {
		await ask({ kind: 'profile', name: 7 });
		await expect(draw(await claim())).rejects.toThrow(HopelessError);
	});
});
