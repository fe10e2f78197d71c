import { expect } from '@playwright/test';
import { inventory, makeOrganization, register, send } from '../support/imports-journey.ts';
import { expectAccessible, test } from '../support/test.ts';

/** Each in a test of its own: axe takes its time. */
for (const path of ['/imports', '/imports/new', '/inventory', '/inventory/new']) {
	test(`${path} keeps nobody out`, { tag: '@phone' }, async ({ page }) => {
		await register(page);
		await makeOrganization(page, 'Garden '.repeat(11).trim());
		await page.setViewportSize({ width: 320, height: 640 });
		await page.goto(path);
		await expectAccessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
	});
}

test('the review of a file keeps nobody out', { tag: '@phone' }, async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	await send(page, `${'a-long-name-'.repeat(12)}.csv`, inventory(20));
	await expect(page.getByRole('button', { name: 'Run in Background' })).toBeVisible();
	await page.setViewportSize({ width: 320, height: 640 });
	await expectAccessible(page);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});
