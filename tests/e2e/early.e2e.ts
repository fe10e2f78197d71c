import { expect, type Locator, type Page } from '@playwright/test';
import { demoPeople } from '../../supabase/local/seed.ts';
import { linkIn } from '../support/inbox.ts';
import { newPerson } from '../support/people.ts';
import { inbox, test } from '../support/test.ts';

async function register(page: Page): Promise<void> {
	const person = newPerson();
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

/** The last that scripts do at first on most pages: they ask for the stream. */
const asksForStream = (page: Page) =>
	page.waitForRequest((request) => new URL(request.url()).pathname === '/events');

/** Opens a page of which the scripts are still on their way. Answers how to let them come, and to wait until they work. */
async function openEarly(
	page: Page,
	path: string,
	works: (page: Page) => Promise<unknown> = asksForStream,
): Promise<() => Promise<void>> {
	let letThrough = () => {};
	const held = new Promise<void>((resolve) => (letThrough = resolve));
	await page.route('**/_app/**/*.js', async (route) => {
		await held;
		await route.continue();
	});
	await page.goto(path, { waitUntil: 'commit' });
	return async () => {
		const working = works(page);
		letThrough();
		await working;
	};
}

const isOpen = (acts: Locator) => expect(acts).toHaveJSProperty('open', true);

test.describe('what somebody does before the scripts are there', () => {
	test('in a menu stays', { tag: '@phone' }, async ({ page }) => {
		await register(page);
		await page.setViewportSize({ width: 320, height: 640 });
		const scriptsCome = await openEarly(page, '/home');
		await page.getByLabel('Menu').click();
		await scriptsCome();
		await isOpen(page.getByRole('banner').locator('details'));
	});

	test('in an organization stays', async ({ page }) => {
		await register(page);
		await page.goto('/organizations');
		await page.getByLabel('Name').fill('Garden');
		await page.getByRole('button', { name: 'Make it' }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Garden');
		const scriptsCome = await openEarly(page, page.url());
		await page.getByText('Rename …').click();
		await page.getByLabel('Name').fill('Orchard');
		await page.getByLabel(/^Email/).fill('mia@example.com');
		const role = page.locator('select[name=role]');
		await role.selectOption({ index: 1 });
		const chosen = await role.inputValue();
		await scriptsCome();
		await isOpen(page.locator('details', { hasText: 'Rename …' }));
		await expect(page.getByLabel('Name')).toHaveValue('Orchard');
		await expect(page.getByLabel(/^Email/)).toHaveValue('mia@example.com');
		await expect(role).toHaveValue(chosen);
	});

	test('in a form for a model, and in one for its training, stays', async ({ page }) => {
		await register(page);
		const scriptsCome = await openEarly(page, '/models/new');
		await page.getByLabel('Name').fill('Visitors');
		await page.getByRole('radio', { name: /Visitors at the gate/ }).check();
		await scriptsCome();
		await expect(page.getByLabel('Name')).toHaveValue('Visitors');
		await expect(page.getByRole('radio', { name: /Visitors at the gate/ })).toBeChecked();
		await page.getByRole('button', { name: 'Make the model' }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Visitors');

		const moreCome = await openEarly(page, page.url());
		await page.getByText('How it is trained').click();
		await page.getByLabel('Epochs').fill('7');
		await moreCome();
		await isOpen(page.locator('details', { hasText: 'How it is trained' }));
		await expect(page.getByLabel('Epochs')).toHaveValue('7');
	});

	test('in the forms of an account stays', async ({ page }) => {
		await register(page);
		const scriptsCome = await openEarly(page, '/account');
		await page.getByLabel('Name').fill('Grace');
		await page.getByRole('radio', { name: 'Teal' }).check();
		await scriptsCome();
		await expect(page.getByLabel('Name')).toHaveValue('Grace');
		await expect(page.getByRole('radio', { name: 'Teal' })).toBeChecked();

		const moreCome = await openEarly(page, '/account/password');
		await page.getByLabel('Your password now').fill('as it is');
		await page.getByLabel('New password').fill('as it will be');
		const others = page.getByLabel('Log out everywhere else');
		const ends = await others.isChecked();
		await others.setChecked(!ends);
		await moreCome();
		await expect(page.getByLabel('Your password now')).toHaveValue('as it is');
		await expect(page.getByLabel('New password')).toHaveValue('as it will be');
		await expect(others).toBeChecked({ checked: !ends });
	});

	test('in the questions of an admin stays', async ({ page }) => {
		const [{ email, password }] = demoPeople;
		await page.goto('/log-in');
		await page.getByLabel('Email').fill(email);
		await page.getByLabel('Password', { exact: true }).fill(password);
		await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
		await expect(page).toHaveURL('/home');

		const scriptsCome = await openEarly(page, '/admin/users', () =>
			expect(page.getByRole('button', { name: 'Act on the chosen …' })).toBeDisabled(),
		);
		await page.getByLabel('Name, email or id').fill('nobody-like-this');
		await page.getByText('Filter and sort').click();
		const role = page.locator('select[name=role]');
		await role.selectOption('admin');
		await scriptsCome();
		await expect(page.getByLabel('Name, email or id')).toHaveValue('nobody-like-this');
		await isOpen(page.locator('details', { hasText: 'Filter and sort' }));
		await expect(role).toHaveValue('admin');
	});
});
