/** A training whose worker is killed in the middle, seen in the browser of whoever started it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chromium, expect, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { newPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { confirm } from './journey.ts';

const executablePath = process.env.BROWSER_PATH ?? findBrowser();

type Training = { state: string; epoch: number; metrics: { epoch: number }[] };

describe.skipIf(!executablePath)('a training whose worker is killed', () => {
	let stage: Stage;
	let browser: Browser;
	const workers: ChildProcess[] = [];
	beforeAll(async () => {
		stage = await startStage();
		const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
		browser = await chromium.launch({ executablePath: executablePath ?? '', args });
	});
	afterAll(async () => {
		await browser.close();
		for (const worker of workers) if (worker.exitCode === null) worker.kill('SIGKILL');
		await stage.stop();
	});

	/** As `npm run worker` starts one. */
	function startWorker(): ChildProcess {
		const worker = fork('src/worker/main.ts', {
			env: {
				...process.env,
				DATABASE_URL: '',
				PUBLIC_SUPABASE_URL: stage.backend.url,
				PUBLIC_SUPABASE_PUBLISHABLE_KEY: stage.backend.publishableKey,
				SUPABASE_SECRET_KEY: stage.backend.secretKey,
			},
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		workers.push(worker);
		return worker;
	}

	async function startTraining(page: Page): Promise<void> {
		await page.goto('/models/new');
		await page.getByLabel('Name').fill('Flowers');
		await page.getByRole('radio', { name: /Flowers by the wall/ }).check();
		await page.getByRole('button', { name: 'Make the model' }).click();
		await page.getByText('How it is trained').click();
		await page.getByLabel('Epochs').fill('200');
		await page.getByRole('button', { name: 'Start training' }).click();
	}

	async function readTraining(): Promise<Training> {
		const [training] = await stage.sql<Training>(
			'select state, epoch, metrics from public.training_jobs',
		);
		if (!training) throw new Error('There is no training.');
		return training;
	}

	it('is finished by another one, and the page of its owner sees it to the end', async () => {
		const person = newPerson();
		const visitor = await confirm(stage, person);
		const context = await browser.newContext({
			baseURL: stage.url,
			extraHTTPHeaders: { 'x-forwarded-for': visitor.address },
		});
		await context.addCookies(
			[...visitor.cookies].map(([name, value]) => ({ name, value, url: stage.url })),
		);
		const page = await context.newPage();
		await startTraining(page);
		await expect(page.getByText('Training 1').first()).toBeVisible();

		const first = startWorker();
		await until('the curve to begin', async () => (await readTraining()).epoch >= 5);
		first.kill('SIGKILL');
		await once(first, 'exit');
		const { state, epoch } = await readTraining();
		expect(state).toBe('running');
		expect(epoch).toBeLessThan(200);

		// Nobody asks for the page again: what it shows, it was told.
		startWorker();
		await page.getByText('It is ready to be tried.').waitFor({ timeout: 120_000 });
		await expect(page.getByRole('img', { name: /^Loss: .* after epoch 200/ })).toBeVisible();
		const done = await readTraining();
		expect(done.state).toBe('done');
		const epochs = done.metrics.map((point) => point.epoch);
		expect(epochs.at(-1)).toBe(200);
		expect(new Set(epochs).size).toBe(epochs.length);
		expect(await stage.sql('select from private.jobs')).toEqual([]);
	});
});
