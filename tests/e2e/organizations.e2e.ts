import { expect, type Browser, type Page } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { expectAccessible, inbox, test } from '../support/test.ts';

const everywhere = { tag: ['@phone', '@no-script'] };

// A refusal is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|403|404|409)/ });

async function signUp(page: Page, person: NewPerson): Promise<void> {
	await page.getByLabel('Name').fill(person.name);
	await page.getByLabel('Email').fill(person.email);
	await page.getByLabel('Password', { exact: true }).fill(person.password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
	await expect(page).toHaveURL('/check-email');
	await page.goto(linkIn(await inbox.waitForMail(person.email, { subject: 'Confirm' })));
	await page.getByRole('button', { name: 'Confirm my email' }).click();
}

async function register(page: Page, person = newPerson()): Promise<NewPerson> {
	await page.goto('/sign-up');
	await signUp(page, person);
	await expect(page).toHaveURL(/\/home$/);
	return person;
}

async function makeOrganization(page: Page, name: string): Promise<void> {
	await page.goto('/organizations');
	await page.getByLabel('Name').fill(name);
	await page.getByRole('button', { name: 'Make it' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
}

/** Answers the link, which is shown this once. */
async function invite(page: Page, email = ''): Promise<string> {
	await page.getByLabel(/^Email/).fill(email);
	await page.getByRole('button', { name: 'Make the link' }).click();
	const link = page.getByLabel('Link', { exact: true });
	await expect(link).toHaveValue(/\/invitations\/[\da-f]{32}$/);
	return link.inputValue();
}

async function somebodyElse(browser: Browser, baseURL: string | undefined): Promise<Page> {
	return (await browser.newContext({ baseURL: baseURL ?? '' })).newPage();
}

test(
	'somebody makes an organization, and another signs up by its link, works in it and leaves',
	everywhere,
	async ({ page, browser, baseURL }) => {
		const owner = await register(page, newPerson('Olga'));
		await page.goto('/organizations');
		await expect(page.getByRole('main')).toContainText('You are in no organization yet.');
		await makeOrganization(page, 'Garden');
		await expect(page.getByRole('main')).toContainText('You are its only owner.');
		const link = await invite(page);
		await page.goto(page.url().replace(/\?.*/, ''));
		await expect(page.getByRole('main')).toContainText('Whoever has the link');
		await expect(page.getByLabel('Link', { exact: true })).toHaveCount(0);

		const guest = await somebodyElse(browser, baseURL);
		await guest.goto(link);
		await expect(guest.getByRole('heading', { level: 1 })).toHaveText('An invitation to Garden');
		await expect(guest.getByRole('main')).toContainText('Olga invites you to be a member.');
		await expect(guest.locator('meta[name="robots"]')).toHaveAttribute('content', 'noindex');
		await guest.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
		await signUp(guest, newPerson('Mia'));
		await expect(guest).toHaveURL(link);
		await guest.getByRole('button', { name: 'Accept' }).click();
		await expect(guest.getByRole('heading', { level: 1 })).toHaveText('Garden');
		await expect(guest.getByRole('main')).toContainText(owner.email);
		await expect(guest.getByRole('button', { name: 'Make the link' })).toHaveCount(0);
		await guest.goto(link);
		await expect(guest.getByRole('main')).toContainText('You are a member already.');

		const late = await somebodyElse(browser, baseURL);
		await late.goto(link);
		await expect(late.getByRole('main')).toContainText('This invitation has been used.');

		await page.goto(page.url());
		await page.getByText('Hand over …').click();
		await page.getByLabel('To', { exact: true }).selectOption('Mia');
		await page.getByRole('button', { name: 'Hand it over' }).click();
		await expect(page.getByText('It is handed over.')).toBeVisible();
		await page.getByText('Leave …').click();
		await page.getByRole('button', { name: 'Leave it' }).click();
		await expect(page).toHaveURL(/\/organizations$/);
		await expect(page.getByRole('main')).toContainText('You are in no organization yet.');

		await guest.goto('/organizations');
		await guest.getByRole('link', { name: 'Garden' }).click();
		await guest.getByText('Delete …').click();
		await guest.getByLabel('Type Garden to confirm').fill('Graden');
		await guest.getByRole('button', { name: 'Delete the organization' }).click();
		await expect(guest.getByText('This is not the name of the organization.')).toBeVisible();
		await guest.getByLabel('Type Garden to confirm').fill('Garden');
		await guest.getByRole('button', { name: 'Delete the organization' }).click();
		await expect(guest).toHaveURL(/\/organizations$/);
		await expect(guest.getByRole('main')).toContainText('You are in no organization yet.');
	},
);

test(
	'an owner renames, takes a link back, makes one for an email, and removes',
	everywhere,
	async ({ page, browser, baseURL }) => {
		await register(page, newPerson('Olga'));
		await makeOrganization(page, 'Gadren');
		const place = page.url();
		await page.getByText('Rename …').click();
		await page.getByLabel('Name').fill('Garden');
		await page.getByRole('button', { name: 'Rename it' }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Garden');

		const dead = await invite(page);
		await page.goto(place);
		await page.getByRole('button', { name: 'Take it back' }).click();
		await expect(page.getByText('The link is dead.')).toBeVisible();

		const guest = await somebodyElse(browser, baseURL);
		const mia = await register(guest, newPerson('Mia'));
		await guest.goto(dead);
		await expect(guest.getByRole('main')).toContainText('This invitation was taken back.');
		await guest.goto(await invite(page, newPerson('Max').email));
		await guest.getByRole('button', { name: 'Accept' }).click();
		await expect(guest.getByText(/is for another email than that/)).toBeVisible();
		await page.goto(place);
		await guest.goto(await invite(page, mia.email.toUpperCase()));
		await guest.getByRole('button', { name: 'Accept' }).click();
		await expect(guest).toHaveURL(place);

		await page.goto(place);
		await page.getByText('Change …').click();
		await page.getByRole('button', { name: 'Remove them' }).click();
		await expect(page.getByText(/^They are removed/)).toBeVisible();
		expect((await guest.goto(place))?.status()).toBe(404);
		await guest.goto('/organizations');
		await expect(guest.getByRole('main')).toContainText('You are in no organization yet.');
	},
);

test('one organization is active, and another can be', everywhere, async ({ page }) => {
	await register(page);
	await makeOrganization(page, 'Garden');
	await makeOrganization(page, 'Orchard');
	await page.goto('/organizations');
	const active = page.getByRole('listitem').filter({ hasText: 'Active' });
	await expect(active).toContainText('Orchard');
	const other = page.getByRole('listitem').filter({ hasText: 'Garden' });
	await other.getByRole('button', { name: 'Work in it' }).click();
	await expect(active).toContainText('Garden');

	// In the header of any page, which stays where it is.
	await page.goto('/account/sessions');
	const header = page.getByRole('banner');
	const current = header.getByText('You work in Garden');
	if (!(await current.isVisible())) await page.getByLabel('Menu').click();
	await current.click();
	await header.getByRole('button', { name: 'Orchard' }).click();
	await expect(page.getByText('You work in “Orchard” now.')).toBeVisible();
	await expect(page).toHaveURL(/\/account\/sessions$/);
	await page.goto('/organizations');
	await expect(active).toContainText('Orchard');
});

test(
	'whoever is invited by their email finds it in the app, and accepts or declines',
	everywhere,
	async ({ page, browser, baseURL }) => {
		await register(page, newPerson('Olga'));
		await makeOrganization(page, 'Garden');
		const place = page.url();
		const guest = await somebodyElse(browser, baseURL);
		const mia = newPerson('Mia');
		await invite(page, mia.email);
		await register(guest, mia);
		await guest.goto('/organizations');
		const invitation = guest.getByRole('listitem').filter({ hasText: 'Olga invites you' });
		await expect(invitation).toContainText('Garden');
		await invitation.getByRole('button', { name: 'Decline' }).click();
		await expect(guest.getByText('The invitation is declined.')).toBeVisible();
		await expect(invitation).toHaveCount(0);

		await page.goto(place);
		await invite(page, mia.email);
		await guest.goto('/notifications');
		await guest.getByRole('link', { name: 'You are invited to “Garden”.' }).click();
		await invitation.getByRole('button', { name: 'Accept' }).click();
		await expect(guest).toHaveURL(place);
		await expect(guest.getByRole('heading', { level: 1 })).toHaveText('Garden');
	},
);

test('the pages keep nobody out', { tag: '@phone' }, async ({ page }) => {
	await register(page);
	await page.goto('/organizations');
	await expectAccessible(page);
	await makeOrganization(page, 'Garden '.repeat(11).trim());
	const place = page.url();
	const link = await invite(page, 'somebody-with-a-long-address@example.com');
	// Until it is dismissed it lies over the end of a phone's page.
	await page.getByRole('link', { name: 'Dismiss' }).click();
	await page.getByText('Delete …').click();
	await expectAccessible(page);
	await page.setViewportSize({ width: 320, height: 640 });
	for (const path of ['/organizations', place, link]) {
		await page.goto(path);
		await expectAccessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(320);
	}
	// On a wide screen the name is cut before the header takes a second line.
	await page.setViewportSize({ width: 1280, height: 720 });
	expect((await page.getByRole('banner').boundingBox())?.height).toBeLessThan(80);
});
