import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson } from '../support/people.ts';
import { expectAccessible, inbox, test } from '../support/test.ts';

const everywhere = { tag: ['@phone', '@no-script'] };

// A refusal is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|403|404|409)/ });

async function register(page: Page, name = 'Ada'): Promise<void> {
	const person = newPerson(name);
	await page.goto('/sign-up');
	await page.getByLabel('Name').fill(person.name);
	await page.getByLabel('Email').fill(person.email);
	await page.getByLabel('Password', { exact: true }).fill(person.password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
	await expect(page).toHaveURL('/check-email');
	await page.goto(linkIn(await inbox.waitForMail(person.email, { subject: 'Confirm' })));
	await page.getByRole('button', { name: 'Confirm my email' }).click();
	await expect(page).toHaveURL('/home');
}

async function makeOrganization(page: Page, name = 'Garden'): Promise<void> {
	await page.goto('/organizations');
	await page.getByLabel('Name').fill(name);
	await page.getByRole('button', { name: 'Make it' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
}

async function send(page: Page, name: string, content: string | Buffer): Promise<void> {
	await page.goto('/imports/new');
	const buffer = Buffer.from(content);
	await page.getByLabel('A CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer });
	await page.getByRole('button', { name: 'Upload' }).click();
}

async function run(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Run in Background' }).click();
	await expect(page.getByText('is imported in the background.')).toBeVisible();
	await expect(page).toHaveURL(/\/imports\/[\da-f-]{36}$/);
}

/** Without JavaScript the page says how far it is only when it is asked for again. */
async function waitForStatus(page: Page, words: string): Promise<void> {
	await expect(async () => {
		await page.reload();
		await expect(page.getByRole('main').getByRole('status').first()).toContainText(words, {
			timeout: 1000,
		});
	}).toPass();
}

async function download(page: Page, link: string): Promise<string> {
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: link }).click(),
	]);
	return readFile(await file.path(), 'utf8');
}

function figure(page: Page, label: string) {
	return page
		.getByRole('main')
		.locator('dl > div')
		.filter({ has: page.getByText(label, { exact: true }) })
		.locator('dd');
}

const header = '"sku","name","quantity","price","location","category","note"';

/** As the inventory writes it: what goes in must come out the same. */
function inventory(lines: number): string {
	const items = Array.from({ length: lines }, (_, index) => {
		const sku = `A-${String(index).padStart(5, '0')}`;
		return `"${sku}","Nägel, “${index}”","${index}","${index}.50","Shelf ""${index % 7}""","","'=1+${index}\n– two lines"`;
	});
	return `\ufeff${[header, ...items].join('\r\n')}\r\n`;
}

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
	await expect(page.getByRole('main').getByRole('status').first()).toContainText('Done', {
		timeout: 60_000,
	});
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

test('items are added, found, changed and deleted by hand', everywhere, async ({ page }) => {
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
});

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
