import { expect } from '@playwright/test';
import { makeOrganization, register } from '../support/imports-journey.ts';
import { test } from '../support/test.ts';

// A refusal is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|403|404|409)/ });

test(
	'items are added, found, changed and deleted by hand',
	{ tag: ['@phone', '@no-script'] },
	async ({ page }) => {
		await register(page);
		await makeOrganization(page);
		await page.goto('/inventory');
		for (const [sku, name] of [
			['A-1', 'Hammer, large'],
			['B_2', 'Saw'],
		] as const) {
			await page.goto('/inventory/new');
			await page.getByLabel('SKU').fill(sku);
			await page.getByLabel('Name').fill(name);
			await page.getByLabel('Price').fill('9.9');
			await page.getByRole('button', { name: 'Add it' }).click();
			await expect(page.getByText(`“${name}” is in the inventory.`)).toBeVisible();
		}
		await page.goto('/inventory?q=B_2');
		await expect(page.getByRole('rowheader')).toHaveText(['Saw']);
		await page.goto(`/inventory?q=${encodeURIComponent('%",)'.repeat(4))}`);
		await expect(page.getByText('Nothing is like that.')).toBeVisible();
		await page.goto('/inventory?sort=name&down=1');
		await expect(page.getByRole('rowheader')).toHaveText(['Saw', 'Hammer, large']);

		const place = (await page.getByRole('link', { name: 'Saw' }).getAttribute('href')) ?? '';
		await page.goto(place);
		await page.getByLabel('SKU').fill('A-1');
		await page.getByRole('button', { name: 'Change it' }).click();
		await expect(page.getByText('Another item has this SKU already.')).toBeVisible();
		await expect(page.getByLabel('SKU')).toHaveValue('A-1');
		await page.getByLabel('SKU').fill('C-3');
		await page.getByRole('button', { name: 'Change it' }).click();
		await expect(page.getByText('The item is changed.')).toBeVisible();
		await page.goto(place);
		await page.getByText('Delete …').click();
		await page.getByRole('button', { name: 'Delete the item' }).click();
		await expect(page.getByText('“Saw” is deleted.')).toBeVisible();
		expect((await page.goto(place))?.status()).toBe(404);
	},
);
