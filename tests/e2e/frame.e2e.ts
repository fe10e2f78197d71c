import { expect, type Page } from '@playwright/test';
import { site } from '../../src/lib/config.ts';
import { themeCookie } from '../../src/lib/theme.ts';
import { expectAccessible, test } from '../support/test.ts';
import { weighJavaScript } from '../support/weight.ts';

/** Bytes of gzipped JavaScript. */
const LIMIT = { landing: 38_000, anyPage: 42_000 };

test.describe('the landing page', () => {
	test('says what this is, to everybody', { tag: ['@phone', '@no-script'] }, async ({ page }) => {
		const response = await page.goto('/');
		expect(response?.status()).toBe(200);
		await expect(page).toHaveTitle(new RegExp(site.name));
		await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
		await expect(page.getByRole('main')).toBeVisible();
	});

	test('gives axe nothing to object to', { tag: '@phone' }, async ({ page }) => {
		await page.goto('/');
		await expectAccessible(page);
	});

	test('sends little JavaScript', async ({ page }) => {
		expect(await weighJavaScript(page, '/')).toBeLessThanOrEqual(LIMIT.landing);
	});

	test('fits a screen of 320 px', async ({ page }) => {
		await page.setViewportSize({ width: 320, height: 640 });
		await page.goto('/');
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		expect(width).toBe(320);
	});

	test('begins with a link past the navigation', { tag: '@no-script' }, async ({ page }) => {
		await page.goto('/');
		await page.keyboard.press('Tab');
		await expect(page.getByRole('link', { name: /skip/i })).toBeFocused();
		await page.keyboard.press('Enter');
		await page.keyboard.press('Tab');
		await expect(page.getByRole('main').locator(':focus')).toHaveCount(1);
	});
});

test.describe('the theme', () => {
	/** On a phone's screen the switch is in the menu. */
	async function choose(page: Page, name: string) {
		const button = page.getByRole('button', { name });
		if (!(await button.isVisible())) await page.getByLabel('Menu').click();
		const saved = page.waitForResponse((response) => response.request().method() === 'POST');
		await button.click();
		await saved;
	}

	const background = (page: Page) =>
		page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

	const everywhere = { tag: ['@phone', '@no-script'] };

	test('is remembered, and in the page before anything is drawn', everywhere, async ({ page }) => {
		await page.goto('/');
		await choose(page, 'Dark');
		await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

		const response = await page.reload();
		expect(await response?.text()).toMatch(/<html[^>]*\sdata-theme="dark"/);
	});

	test('is the system’s until one is chosen, and again later', everywhere, async ({ page }) => {
		await page.emulateMedia({ colorScheme: 'light' });
		await page.goto('/');
		const light = await background(page);
		await page.emulateMedia({ colorScheme: 'dark' });
		const dark = await background(page);
		expect(dark).not.toBe(light);

		await choose(page, 'Light');
		await expect.poll(() => background(page)).toBe(light);
		await choose(page, 'system');
		await expect.poll(() => background(page)).toBe(dark);
	});

	test('from a forged cookie is not written into the page', async ({ page, context, baseURL }) => {
		const forged = encodeURIComponent('dark"><script>alert(1)</script>');
		await context.addCookies([{ name: themeCookie, value: forged, url: `${baseURL}` }]);
		const response = await page.goto('/');
		expect(await response?.text()).not.toContain('alert(1)');
		await expect(page.locator('html')).not.toHaveAttribute('data-theme');
	});
});

test.describe('a page that is not there', () => {
	test.use({ expectedErrors: /status of 404/ });

	test('says so with status 404, and leads back', { tag: '@no-script' }, async ({ page }) => {
		const response = await page.goto('/no-such-page');
		expect(response?.status()).toBe(404);
		await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
		await page.getByRole('main').getByRole('link').first().click();
		await expect(page).toHaveURL('/');
	});

	test('gives axe nothing to object to', { tag: '@phone' }, async ({ page }) => {
		await page.goto('/no-such-page');
		await expectAccessible(page);
	});

	test('sends no more JavaScript than a page may', async ({ page }) => {
		const weight = await weighJavaScript(page, '/no-such-page');
		expect(weight).toBeGreaterThan(0);
		expect(weight).toBeLessThanOrEqual(LIMIT.anyPage);
	});
});
