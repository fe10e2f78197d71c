/** What every journey of an import begins and ends with. */
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { linkIn } from './inbox.ts';
import { newPerson } from './people.ts';
import { inbox } from './test.ts';

export async function register(page: Page, name = 'Ada'): Promise<void> {
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

export async function makeOrganization(page: Page, name = 'Garden'): Promise<void> {
	await page.goto('/organizations');
	await page.getByLabel('Name').fill(name);
	await page.getByRole('button', { name: 'Make it' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
}

export async function send(page: Page, name: string, content: string | Buffer): Promise<void> {
	await page.goto('/imports/new');
	const buffer = Buffer.from(content);
	await page.getByLabel('A CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer });
	await page.getByRole('button', { name: 'Upload' }).click();
}

export async function run(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Run in Background' }).click();
	await expect(page.getByText('is imported in the background.')).toBeVisible();
	await expect(page).toHaveURL(/\/imports\/[\da-f-]{36}$/);
}

/** Of the import that the page shows. */
export function status(page: Page) {
	return page.getByRole('main').getByRole('status').first();
}

/** Without JavaScript the page says how far it is only when it is asked for again. */
export async function waitForStatus(page: Page, words: string): Promise<void> {
	await expect(async () => {
		await page.reload();
		await expect(status(page)).toContainText(words, { timeout: 1000 });
	}).toPass();
}

export async function download(page: Page, link: string): Promise<string> {
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: link }).click(),
	]);
	return readFile(await file.path(), 'utf8');
}

export function figure(page: Page, label: string) {
	return page
		.getByRole('main')
		.locator('dl > div')
		.filter({ has: page.getByText(label, { exact: true }) })
		.locator('dd');
}

const header = '"sku","name","quantity","price","location","category","note"';

/** As the inventory writes it: what goes in must come out the same. */
export function inventory(lines: number): string {
	const items = Array.from({ length: lines }, (_, index) => {
		const sku = `A-${String(index).padStart(5, '0')}`;
		return `"${sku}","Nägel, “${index}”","${index}","${index}.50","Shelf ""${index % 7}""","","'=1+${index}\n– two lines"`;
	});
	return `\ufeff${[header, ...items].join('\r\n')}\r\n`;
}
