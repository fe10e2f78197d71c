/** A file that takes its time: it is counted in steps, and its import can be left, cancelled and heard of. */
import { expect, type Page } from '@playwright/test';
import {
	figure,
	makeOrganization,
	register,
	run,
	send,
	status,
} from '../support/imports-journey.ts';
import { test } from '../support/test.ts';

const lines = 45_000;

/** Every hundredth line has no name. */
function largeFile(): string {
	const items = Array.from({ length: lines }, (_, index) => {
		return `A-${index},${index % 100 === 0 ? '' : `Nail ${index}`},${index}`;
	});
	return ['sku,name,quantity', ...items].join('\n');
}

const counted = (page: Page) => page.getByRole('region', { name: 'What is to be expected' });

async function expectAllCounted(page: Page): Promise<void> {
	await expect(counted(page)).toContainText('New 44,550 lines');
	await expect(counted(page)).toContainText('With a problem 450 lines, will not be stored');
	await expect(counted(page).getByRole('progressbar')).toHaveCount(0);
}

test('the problems of a large file are counted in steps', async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	const steps: string[] = [];
	let goOn = () => undefined;
	const looked = new Promise<undefined>((resolve) => {
		goOn = () => void resolve(undefined);
	});
	await page.route('**/count?*', async (route) => {
		steps.push(new URL(route.request().url()).searchParams.get('from') ?? '');
		await looked;
		await route.continue();
	});
	await send(page, 'large.csv', largeFile());
	await expect(counted(page)).toContainText('Counted: 20,000 of 45,000 lines');
	await expect(counted(page)).toContainText('With a problem 200 lines');
	goOn();
	await expectAllCounted(page);
	expect(steps).toEqual(['20', '40']);
});

test.describe('without scripts', () => {
	test.use({ javaScriptEnabled: false });

	test('the rest of a large file is counted when one asks for it', async ({ page }) => {
		await register(page);
		await makeOrganization(page);
		await send(page, 'large.csv', largeFile());
		await expect(counted(page)).toContainText('Counted: 20,000 of 45,000 lines');
		await page.getByRole('link', { name: 'Count the rest' }).click();
		await expectAllCounted(page);
	});
});

test('an import is cancelled while it runs, and what it has stored stays', async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	await send(page, 'large.csv', largeFile());
	await run(page);
	await expect(figure(page, 'Added')).not.toHaveText('0');
	await page.getByRole('button', { name: 'Cancel' }).click();
	await expect(page.getByText('The import is cancelled. What it has stored stays.')).toBeVisible();
	await expect(status(page)).toContainText('Cancelled');
	// A chunk that was under way has ended by now, and nothing came after it.
	const added = await figure(page, 'Added').innerText();
	expect(Number(added.replaceAll(',', ''))).toBeLessThan(44_550);
	await page.reload();
	await expect(figure(page, 'Added')).toHaveText(added);
	await page.goto('/imports?status=cancelled');
	await expect(page.getByRole('row').filter({ hasText: 'large.csv' })).toContainText(
		`${added} of 45,000`,
	);
	await page.goto('/inventory?q=A-1');
	await expect(page.getByRole('rowheader').first()).toHaveText('Nail 1');
});
