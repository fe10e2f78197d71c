/** How somebody hears that an import is over while they look at something else. */
import { expect } from '@playwright/test';
import { inventory, makeOrganization, register, run, send } from '../support/imports-journey.ts';
import { test } from '../support/test.ts';

declare global {
	interface Window {
		saidOutside: Notification[];
	}
}

test.use({ permissions: ['notifications'] });

test('who has allowed it is told by the browser, and led to the import', async ({ page }) => {
	// What the browser shows lies outside of the page, but it says when it has shown it.
	await page.addInitScript(() => {
		window.saidOutside = [];
		window.Notification = class extends Notification {
			constructor(text: string, options?: NotificationOptions) {
				super(text, options);
				this.addEventListener('show', () => window.saidOutside.push(this));
			}
		};
	});
	await register(page);
	await makeOrganization(page);
	await page.goto('/notifications');
	await page.getByRole('button', { name: 'Turn on' }).click();
	await expect(page.getByRole('button', { name: 'Turn off' })).toBeVisible();

	await send(page, 'stock.csv', inventory(100));
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('stock.csv');
	// In a tab that nobody looks at.
	await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
	await run(page);
	const place = page.url();
	await page.getByRole('link', { name: 'To the inventory' }).click();
	await expect(page).toHaveURL('/inventory');
	await expect
		.poll(() => page.evaluate(() => window.saidOutside.map(({ title }) => title)))
		.toEqual(['The import of “stock.csv” is done.']);
	await page.evaluate(() => window.saidOutside[0]?.dispatchEvent(new Event('click')));
	await expect(page).toHaveURL(place);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('stock.csv');
});
