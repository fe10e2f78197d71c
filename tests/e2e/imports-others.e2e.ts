import { expect } from '@playwright/test';
import {
	makeOrganization,
	register,
	run,
	send,
	waitForStatus,
} from '../support/imports-journey.ts';
import { test } from '../support/test.ts';

// A refusal is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|403|404|409)/ });

test('another organization reaches no file, import or item', async ({ page, browser, baseURL }) => {
	await register(page);
	await makeOrganization(page);
	await send(page, 'stock.csv', 'sku,name,quantity\nA-1,Hammer,many\nA-2,Saw,2\n');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('stock.csv');
	const file = new URL(page.url()).pathname;
	await run(page);
	const done = new URL(page.url()).pathname;
	await waitForStatus(page, 'Done');
	await page.goto('/inventory');
	await page.goto((await page.getByRole('link', { name: 'Saw' }).getAttribute('href')) ?? '');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Saw');
	const item = new URL(page.url()).pathname;

	const theirs = await (await browser.newContext({ baseURL: baseURL ?? '' })).newPage();
	await register(theirs, 'Mallory');
	await makeOrganization(theirs, 'Orchard');
	const counting = `${file}/count?sku=0&name=1&from=0`;
	expect((await page.request.get(counting)).status()).toBe(200);
	for (const path of [file, counting, done, `${done}/refused.csv`, item]) {
		expect((await theirs.request.get(path)).status(), path).toBe(404);
	}
	const headers = { origin: new URL(page.url()).origin, accept: 'text/html' };
	for (const path of [
		`${file}?/run`,
		`${file}?/delete`,
		`${done}?/undo`,
		`${done}?/cancel`,
		`${item}?/delete`,
		`${item}?/change`,
	]) {
		const form = { sku: '0', name: '1', version: '1' };
		expect((await theirs.request.post(path, { form, headers })).status(), path).toBe(404);
	}
	await theirs.goto('/inventory');
	await expect(theirs.getByText('Nothing is here yet.')).toBeVisible();
	await page.reload();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Saw');
});
