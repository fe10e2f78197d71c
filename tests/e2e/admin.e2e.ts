import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { demoPeople } from '../../supabase/local/seed.ts';
import { linkIn } from '../support/inbox.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { expectAccessible, inbox, test, visit } from '../support/test.ts';

const withoutScript = { tag: '@no-script' };
/** The log-ins of one account are limited: this file has room for a few more. */
const [admin] = demoPeople;

// Without JavaScript a refused form is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|403|409)/ });

async function logIn(page: Page, { email, password }: Pick<NewPerson, 'email' | 'password'>) {
	await page.goto('/log-in');
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
	await expect(page).toHaveURL('/home');
}

async function signUp(page: Page, person: NewPerson) {
	await page.goto('/sign-up');
	await page.getByLabel('Name').fill(person.name);
	await page.getByLabel('Email').fill(person.email);
	await page.getByLabel('Password', { exact: true }).fill(person.password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
	await expect(page).toHaveURL('/check-email');
}

async function register(page: Page): Promise<NewPerson> {
	const person = newPerson();
	await signUp(page, person);
	await page.goto(linkIn(await inbox.waitForMail(person.email, { subject: 'Confirm' })));
	await page.getByRole('button', { name: 'Confirm my email' }).click();
	await expect(page).toHaveURL('/home');
	return person;
}

const said = (page: Page, text: string | RegExp) =>
	page.getByRole('status').filter({ hasText: text });

test(
	'an admin finds a person, suspends and restores them, and deletes them',
	withoutScript,
	async ({ page, browser }) => {
		const theirs = await browser.newPage();
		const person = await register(theirs);
		await logIn(page, admin);

		await page.goto('/admin/users');
		await page.getByLabel('Name, email or id').fill(person.email);
		await page.getByRole('button', { name: 'Search' }).click();
		await expect(page.locator('tbody tr')).toHaveCount(1);
		await page.locator('tbody').getByRole('link', { name: person.name }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(person.name);

		await page.getByText('Suspend …').click();
		await page.getByLabel('Reason', { exact: true }).fill('Too loud');
		await page.getByRole('button', { name: 'Suspend', exact: true }).click();
		await expect(said(page, '1 session ended')).toBeVisible();
		await visit(theirs, '/home');
		await expect(theirs).toHaveURL(/\/log-in/);

		await page.getByRole('button', { name: 'Restore' }).click();
		await expect(said(page, 'Restored')).toBeVisible();
		await logIn(theirs, person);

		await page.getByText('Delete …').click();
		await page.getByLabel(/^Type/).fill('another@example.com');
		await page.getByRole('button', { name: 'Delete the account' }).click();
		await expect(page.getByText('This is not the email of the account.')).toBeVisible();
		await page.getByLabel(/^Type/).fill(person.email);
		await page.getByRole('button', { name: 'Delete the account' }).click();
		await expect(page).toHaveURL('/admin/users');

		await page.goto(`/admin/audit?subject=${person.email}`);
		await expect(page.locator('tbody th')).toHaveText(['Deleted', 'Restored', 'Suspended']);
	},
);

/** Opens the page of somebody by way of the list. */
async function find(page: Page, { name, email }: NewPerson) {
	await page.goto(`/admin/users?q=${email}`);
	await page.locator('tbody').getByRole('link', { name }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
}

test(
	'an admin makes somebody one, and unmade they are none with their next click',
	withoutScript,
	async ({ page, browser }) => {
		const theirs = await browser.newPage();
		const person = await register(theirs);
		await logIn(page, admin);
		await find(page, person);
		await page.getByText('Make them an admin …').click();
		await page.getByRole('button', { name: 'Make them an admin', exact: true }).click();
		await expect(said(page, 'They are an admin now.')).toBeVisible();
		await theirs.goto('/admin/users');
		await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Users');
		const [file] = await Promise.all([
			theirs.waitForEvent('download'),
			theirs.getByRole('link', { name: 'Export as CSV' }).click(),
		]);
		expect(await readFile(await file.path(), 'utf8')).toContain(person.email);

		await page.getByText('Take the admin role away …').click();
		await page.getByRole('button', { name: 'Take the role away' }).click();
		await expect(said(page, 'They are no admin any more.')).toBeVisible();
		await theirs.getByRole('banner').getByRole('link', { name: 'Admin' }).click();
		await expect(theirs.getByText('This page is for admins.')).toBeVisible();
	},
);

test('an admin has a mail sent for a new password', withoutScript, async ({ page, browser }) => {
	const theirs = await browser.newPage();
	const person = await register(theirs);
	await logIn(page, admin);
	await find(page, person);
	await page.getByRole('button', { name: 'Send a mail for a new password' }).click();
	await expect(said(page, `A mail to ${person.email} has been asked for.`)).toBeVisible();
	await expect(page.locator('main ol')).toContainText('Mail for a new password asked for');

	await theirs.goto(linkIn(await inbox.waitForMail(person.email, { subject: 'password' })));
	await theirs.getByRole('main').getByRole('button').click();
	await expect(theirs).toHaveURL(/\/reset-password/);
});

test('an admin has a lost confirmation sent again', withoutScript, async ({ page, browser }) => {
	const person = newPerson();
	const theirs = await browser.newPage();
	await signUp(theirs, person);
	await inbox.waitForMail(person.email, { subject: 'Confirm' });
	await logIn(page, admin);
	await find(page, person);
	await expect(page.getByText('Not confirmed', { exact: true })).toBeVisible();
	await page.getByRole('button', { name: 'Send the confirmation again' }).click();
	await expect(said(page, `A mail to ${person.email} has been asked for.`)).toBeVisible();
	await page.goto(`/admin/audit?subject=${person.email}`);
	await expect(page.locator('tbody th')).toHaveText(['Confirmation asked for again']);
});

test(
	'an admin ends one session of a person, then all',
	withoutScript,
	async ({ page, browser }) => {
		const first = await browser.newPage();
		const person = await register(first);
		const others = [await browser.newPage(), await browser.newPage()] as const;
		for (const other of others) await logIn(other, person);
		await logIn(page, admin);
		await find(page, person);
		const sessions = page.getByRole('region', { name: 'Sessions' });
		await expect(sessions.getByRole('listitem')).toHaveCount(3);

		await sessions.getByRole('button', { name: 'End', exact: true }).first().click();
		await expect(said(page, 'The session has ended.')).toBeVisible();
		await expect(sessions.getByRole('listitem')).toHaveCount(2);
		await sessions.getByText('End all …').click();
		await sessions.getByRole('button', { name: 'End all sessions' }).click();
		await expect(said(page, '2 sessions ended.')).toBeVisible();
		await expect(sessions).toContainText('Logged in nowhere.');
		for (const each of [first, ...others]) {
			await visit(each, '/home');
			await expect(each).toHaveURL(/\/log-in/);
		}
	},
);

test('everybody on a page is chosen at once, and acted on', async ({ page, browser }) => {
	const people: NewPerson[] = [];
	const tag = newPerson().password.split(' ').at(-1);
	while (people.length < 3) {
		const person = { ...newPerson(), name: `Many ${tag}` };
		await signUp(await browser.newPage(), person);
		people.push(person);
	}
	await logIn(page, admin);
	await page.goto(`/admin/users?q=many+${tag}`, { waitUntil: 'networkidle' });
	const act = page.getByRole('button', { name: 'Act on the chosen …' });
	await expect(page.getByText('Nobody chosen')).toBeVisible();
	await expect(act).toBeDisabled();

	const all = page.getByLabel('All on this page');
	await all.check();
	await expect(page.getByText('3 people chosen')).toBeVisible();
	await page.locator('tbody').getByRole('checkbox').first().uncheck();
	await expect(page.getByText('2 people chosen')).toBeVisible();
	await expect(all).not.toBeChecked();
	await page.locator('tbody').getByRole('checkbox').first().check();
	await expect(all).toBeChecked();
	await act.click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('3 people');

	await page.getByLabel('Reason', { exact: true }).fill('Spam');
	await page.getByRole('button', { name: 'Suspend 3' }).click();
	await expect(said(page, 'Done for 3 people.')).toBeVisible();
	// It leads back to the same search.
	await expect(page).toHaveURL(/[?]q=many/);
	await page.goto(`/admin/users?q=many+${tag}&suspended=yes`, { waitUntil: 'networkidle' });
	await expect(page.locator('tbody tr')).toHaveCount(3);

	await all.check();
	await act.click();
	await page.getByRole('button', { name: 'Restore 3' }).click();
	await expect(said(page, 'Done for 3 people.')).toBeVisible();
	await expect(page).toHaveURL(/suspended=yes/);
	await expect(page.getByText('Nobody here is like that.')).toBeVisible();
});

test('where nobody can be invited, the button says why', withoutScript, async ({ page }) => {
	await logIn(page, admin);
	await page.goto('/admin/users');
	const button = page.getByRole('button', { name: 'Invite somebody' });
	await expect(button).toBeDisabled();
	await expect(button).toHaveAccessibleDescription(/This backend sends no invitations/);
	await page.goto('/admin/users/invite');
	await expect(page.getByRole('main')).toContainText('This backend sends no invitations');
	await expect(page.getByLabel('Email')).toHaveCount(0);
});

test('a search leaves only what was asked for in the address', withoutScript, async ({ page }) => {
	await logIn(page, admin);
	for (const [path, field, button, address] of [
		['/admin/users', 'Name, email or id', 'Search', '/admin/users?q=nobody-like-this'],
		['/admin/audit', 'By (email or id)', 'Show', '/admin/audit?actor=nobody-like-this'],
	] as const) {
		await page.goto(path);
		await page.getByLabel(field).fill('nobody-like-this');
		await page.getByRole('button', { name: button, exact: true }).click();
		await expect(page).toHaveURL(address);
	}
});

test('what is typed is searched for, and typing goes on', async ({ page }) => {
	await logIn(page, admin);
	await page.goto('/admin/users');
	// The scripts are at work: they count who is chosen, and let nobody act on nobody.
	await expect(page.getByRole('button', { name: 'Act on the chosen …' })).toBeDisabled();
	const field = page.getByLabel('Name, email or id');
	await field.pressSequentially('nobody-like-this');
	await expect(page.getByText('Nobody here is like that.')).toBeVisible();
	await expect(page).toHaveURL(/q=nobody-like-this/);
	await expect(field).toBeFocused();
});

for (const path of ['/admin', '/admin/users', '/admin/repair', '/admin/jobs', '/admin/audit']) {
	test(`axe objects to nothing on ${path}`, async ({ page }) => {
		await logIn(page, admin);
		await page.goto(path, { waitUntil: 'networkidle' });
		await expectAccessible(page);
	});
}

test('the pages for admins are closed to everybody else', async ({ page }) => {
	await page.goto('/admin/users');
	await expect(page).toHaveURL(/\/log-in\?next=/);
	await register(page);
	for (const path of ['', '/users', '/users/export.csv', '/repair', '/audit']) {
		expect((await page.goto(`/admin${path}`))?.status()).toBe(403);
	}
});
