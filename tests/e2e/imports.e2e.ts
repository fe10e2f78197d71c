import { expect } from '@playwright/test';
import {
	download,
	figure,
	inventory,
	makeOrganization,
	register,
	run,
	send,
	status,
	waitForStatus,
} from '../support/imports-journey.ts';
import { test } from '../support/test.ts';

const everywhere = { tag: ['@phone', '@no-script'] };

// A refusal is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|403|404|409)/ });

test(
	'a file of a hundred lines goes in, and comes out of the export the same',
	everywhere,
	async ({ page }) => {
		await register(page);
		await page.goto('/imports');
		await expect(page.getByText('You are in no organization yet.')).toBeVisible();
		await makeOrganization(page);
		await page.goto('/imports');
		await expect(page.getByRole('link', { name: 'Import a file' })).toBeVisible();
		await send(page, 'stock.csv', inventory(100));

		await expect(page.getByRole('heading', { level: 1 })).toHaveText('stock.csv');
		await expect(page.getByText('100 lines, UTF-8, columns parted by commas')).toBeVisible();
		for (const [label, column] of [
			['SKU', 'sku'],
			['Name', 'name'],
			['Price', 'price'],
			['Note', 'note'],
		] as const) {
			const select = page.getByLabel(label, { exact: true });
			await expect(select.locator('option:checked')).toHaveText(column);
		}
		await expect(page.getByRole('main')).toContainText('100 lines');
		await expect(page.getByRole('row').filter({ hasText: 'A-00019' })).toContainText('Added');
		await run(page);
		await waitForStatus(page, 'Done');
		await expect(figure(page, 'Added')).toHaveText('100');

		await page.goto('/inventory');
		await expect(page.getByText('1 to 50')).toBeVisible();
		expect(await download(page, 'Export as CSV')).toBe(inventory(100));

		await page.goto('/notifications');
		const told = page.getByRole('link', { name: 'The import of “stock.csv” is done.' });
		await page.goto((await told.getAttribute('href')) ?? '');
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('stock.csv');

		await page.getByText('Undo …').click();
		await page.getByRole('button', { name: 'Undo the import' }).click();
		await waitForStatus(page, 'Undone');
		await page.goto('/inventory');
		await expect(page.getByText('Nothing is here yet.')).toBeVisible();
		await page.goto('/imports?status=undone');
		await expect(page.getByRole('row').filter({ hasText: 'stock.csv' })).toContainText('Undone');
	},
);

test('an import goes on when the page is closed in the middle', async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	await send(page, 'thousand.csv', inventory(1000));
	await run(page);
	const context = page.context();
	const place = page.url();
	await page.close();
	const later = await context.newPage();
	await later.goto(place);
	await waitForStatus(later, 'Done');
	await expect(figure(later, 'Added')).toHaveText('1,000');
});

test('the page hears how far it is', async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	await send(page, 'thousand.csv', inventory(1000));
	await run(page);
	await page.evaluate(() => document.documentElement.setAttribute('data-same-page', ''));
	// Nobody asks for the page again: what changes, it was told.
	await expect(status(page)).toContainText('Done');
	await expect(figure(page, 'Added')).toHaveText('1,000');
	await expect(page.locator('html')).toHaveAttribute('data-same-page', '');
});

test('refused lines are mended and uploaded again', everywhere, async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	await send(
		page,
		'stock.csv',
		'Artikelnummer;Bezeichnung;Menge;Preis\r\nA-1;Hammer;3;"1.200,50"\r\nA-2;;4;2\r\nA-3;Säge;viele;9,90\r\nA-1;Hammer;3;1\r\n',
	);
	await expect(page.getByRole('main')).toContainText('There is no name.');
	await expect(page.getByRole('row').filter({ hasText: 'A-1' }).first()).toContainText('1200.50');
	await run(page);
	await waitForStatus(page, 'Done');
	await expect(figure(page, 'Added')).toHaveText('1');
	await expect(figure(page, 'Refused')).toHaveText('3');

	const refused = await download(page, 'Download the refused lines');
	expect(refused).toContain('"There is no name.","3","A-2","","4","2"\r\n');
	expect(refused).toContain('"The quantity is no whole number.","4","A-3","Säge","viele","9,90"');
	const mended = refused.replace('"A-2",""', '"A-2","Zange"').replace('"viele"', '"7"');
	await send(page, 'mended.csv', mended);
	await page.getByLabel('Decimals are written').selectOption('with a comma: 1,50');
	await page.getByLabel('SKUs that are known').selectOption('Leave them as they are');
	await page.getByRole('button', { name: 'Show again' }).click();
	await expect(page.getByRole('row').filter({ hasText: 'A-1' })).toContainText('Left as it is');
	await run(page);
	await waitForStatus(page, 'Done');
	await expect(figure(page, 'Added')).toHaveText('2');
	await expect(figure(page, 'Left as they were')).toHaveText('1');
	await page.goto('/inventory');
	await expect(page.getByRole('row').filter({ hasText: 'A-3' })).toContainText('9.90');
});

for (const [what, content, reason] of [
	['that is no text', Buffer.of(0x50, 0x4b, 3, 4, 20, 0, 0xff), 'If it is a spreadsheet'],
	['with a bad quote', 'sku,name\n1,2\n3,x"y"\n', 'Line 3, column 2, has a quote inside a field.'],
	['without a header', '1,Hammer,3\n2,Saw,4\n', 'Line 1 looks like an item'],
	['with one column', 'sku\nA-1\n', 'Line 1 has one column'],
	['without lines', 'sku,name\n', 'a header and no lines'],
] as const) {
	test(`a file ${what} is refused with its reason`, { tag: '@no-script' }, async ({ page }) => {
		await register(page);
		await makeOrganization(page);
		await send(page, 'broken.csv', content);
		await expect(page.getByText(reason)).toBeVisible();
		await page.goto('/imports/new');
		await expect(page.getByText('Files that are here')).toHaveCount(0);
	});
}

test('a file can be dropped', async ({ page }) => {
	await register(page);
	await makeOrganization(page);
	await page.goto('/imports/new');
	await expect(async () => {
		const dropped = await page.evaluateHandle(() => {
			const data = new DataTransfer();
			data.items.add(new File(['sku,name\nA-1,Hammer\n'], 'dropped.csv', { type: 'text/csv' }));
			return data;
		});
		await page
			.getByRole('group', { name: 'Upload' })
			.dispatchEvent('drop', { dataTransfer: dropped });
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('dropped.csv', {
			timeout: 5000,
		});
	}).toPass();
});
