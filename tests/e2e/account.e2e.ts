import { readFile } from 'node:fs/promises';
import { expect, type Browser, type Page } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { expectAccessible, inbox, test, visit } from '../support/test.ts';

const everywhere = { tag: ['@phone', '@no-script'] };
const withoutScript = { tag: '@no-script' };

// Without JavaScript a refused form is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|429)/ });

async function register(page: Page, person = newPerson()): Promise<NewPerson> {
	await page.goto('/sign-up');
	await page.getByLabel('Name').fill(person.name);
	await page.getByLabel('Email').fill(person.email);
	await page.getByLabel('Password', { exact: true }).fill(person.password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
	await expect(page).toHaveURL('/check-email');
	await page.goto(linkIn(await inbox.waitForMail(person.email, { subject: 'Confirm' })));
	await page.getByRole('button', { name: 'Confirm my email' }).click();
	await expect(page).toHaveURL(/\/home$/);
	return person;
}

async function submitLogIn(page: Page, email: string, password: string) {
	await page.goto('/log-in');
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
}

/** The same person in another browser. */
async function logInElsewhere(browser: Browser, { email, password }: NewPerson): Promise<Page> {
	const page = await (await browser.newContext()).newPage();
	await submitLogIn(page, email, password);
	await expect(page).toHaveURL(/\/home$/);
	return page;
}

async function expectLoggedOut(page: Page) {
	await visit(page, '/account');
	await expect(page).toHaveURL(/\/log-in\?/);
}

async function changePassword(page: Page, now: string, chosen: string, endOthers = true) {
	await page.goto('/account/password');
	await page.getByLabel('Your password now').fill(now);
	await page.getByLabel('New password').fill(chosen);
	await page.getByLabel('Log out everywhere else').setChecked(endOthers);
	await page.getByRole('button', { name: 'Change my password' }).click();
}

async function deleteAccount(page: Page, password: string) {
	await page.goto('/account/delete');
	await page.getByLabel('Your password now').fill(password);
	await page.getByLabel('I understand').check();
	await page.getByRole('button', { name: 'Delete my account' }).click();
}

const status = (page: Page, text: string | RegExp) =>
	page.getByRole('status').filter({ hasText: text });

test.describe('a profile', () => {
	test('takes another name and another colour', everywhere, async ({ page }) => {
		await register(page);
		await page.goto('/account');
		await page.getByLabel('Name').fill('Grace Hopper');
		await page.getByRole('radio', { name: 'Teal' }).check();
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(status(page, 'Your profile is saved.')).toBeVisible();
		await expect(page.getByRole('radio', { name: 'Teal' })).toBeChecked();
		await page.goto('/home');
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome, Grace Hopper');
	});

	test('keeps its name when the new one is empty', withoutScript, async ({ page }) => {
		const { name } = await register(page);
		await page.goto('/account');
		await page.getByLabel('Name').fill(' ');
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(page.getByLabel('Name')).toHaveAccessibleDescription('Please enter your name.');
		await page.goto('/home');
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Welcome, ${name}`);
	});
});

test.describe('a change of email', () => {
	async function askFor(page: Page, email: string, password: string) {
		await page.goto('/account/email');
		await page.getByLabel('New email').fill(email);
		await page.getByLabel('Your password now').fill(password);
		await page.getByRole('button', { name: 'Send the mails' }).click();
	}

	test('is made once it is confirmed', withoutScript, async ({ page }) => {
		const person = await register(page);
		const { email } = newPerson();
		await askFor(page, email, person.password);
		await expect(page.getByRole('main')).toContainText(email);
		await page.goto('/account');
		await expect(page.getByRole('main')).toContainText(person.email);

		await page.goto(linkIn(await inbox.waitForMail(email, { subject: 'Confirm your new email' })));
		await page.getByRole('button', { name: 'Confirm my new email' }).click();
		await expect(status(page, 'Your new email is confirmed.')).toBeVisible();
		await page.goto('/account');
		await expect(page.getByRole('main')).toContainText(email);
		await expect(page.getByRole('main')).not.toContainText(person.email);
	});

	test('needs the password', withoutScript, async ({ page }) => {
		const person = await register(page);
		const { email } = newPerson();
		await askFor(page, email, 'a wrong guess');
		await expect(page.getByLabel('Your password now')).toHaveAccessibleDescription(
			'This password is not right.',
		);
		await expect(page.getByLabel('New email')).toHaveValue(email);
		expect(await inbox.listMail(email)).toEqual([]);
		await askFor(page, person.email, person.password);
		await expect(page.getByLabel('New email')).toHaveAccessibleDescription(
			'This is your email already.',
		);
	});

	test('does not tell who else has an account', async ({ page, browser }) => {
		const other = await register(await (await browser.newContext()).newPage());
		const person = await register(page);
		const free = newPerson().email;
		const answers: string[] = [];
		for (const email of [other.email, free]) {
			await askFor(page, email, person.password);
			await expect(page.getByRole('heading', { level: 1 })).toHaveText('Look into your mailboxes');
			answers.push((await page.getByRole('main').innerText()).replaceAll(email, 'it'));
		}
		expect(answers[0]).toBe(answers[1]);
		await inbox.waitForMail(free, { subject: 'Confirm your new email' });
		const mails = await inbox.listMail(other.email);
		expect(mails.map(({ Subject }) => Subject)).toEqual(['Confirm your email for Gatehouse']);
	});
});

test.describe('a change of password', () => {
	test('ends the other sessions when asked to', withoutScript, async ({ page, browser }) => {
		const person = await register(page);
		const elsewhere = await logInElsewhere(browser, person);
		const chosen = `${person.password} and a half`;
		await changePassword(page, person.password, chosen);
		await expect(status(page, 'you are logged in nowhere else')).toBeVisible();
		await expectLoggedOut(elsewhere);

		await submitLogIn(elsewhere, person.email, person.password);
		await expect(elsewhere.getByRole('alert').filter({ hasText: 'not right' })).toBeVisible();
		await submitLogIn(elsewhere, person.email, chosen);
		await expect(elsewhere).toHaveURL(/\/home$/);
	});

	test('says truly whether the other sessions go on', async ({ page, browser }) => {
		const person = await register(page);
		const elsewhere = await logInElsewhere(browser, person);
		await changePassword(page, person.password, `${person.password} and a half`, false);
		await expect(status(page, 'Your password is changed')).toBeVisible();
		const goOn = await status(page, 'Your other sessions go on').isVisible();
		await visit(elsewhere, '/account');
		await expect(elsewhere).toHaveURL(goOn ? /\/account$/ : /\/log-in/);
	});

	test('needs the one of now, and refuses a weak one', withoutScript, async ({ page }) => {
		const person = await register(page);
		const now = page.getByLabel('Your password now');
		const chosen = page.getByLabel('New password');
		await changePassword(page, 'a wrong guess', `${person.password} and a half`);
		await expect(now).toHaveAccessibleDescription('This password is not right.');
		await changePassword(page, person.password, 'password1');
		await expect(chosen).toHaveAccessibleDescription(/Too many people use this password/);
		await changePassword(page, person.password, person.email);
		await expect(chosen).toHaveAccessibleDescription(/not your name or your email/);
		await changePassword(page, person.password, person.password);
		await expect(chosen).toHaveAccessibleDescription(/differs from the old one/);
		await page.goto('/home');
		await expect(page).toHaveURL('/home');
	});

	test('counts guesses as it counts those of the log-in', async ({ page, baseURL }) => {
		const person = await register(page);
		const guess = (_: unknown, index: number) =>
			page.request.post('/account/password', {
				headers: { origin: baseURL ?? '' },
				form: { current_password: `guess ${index}`, password: `${person.password} and a half` },
			});
		await Promise.all(Array.from({ length: 10 }, guess));
		await changePassword(page, person.password, `${person.password} and a half`);
		await expect(page.getByRole('alert').filter({ hasText: 'a lot of tries' })).toBeVisible();
	});
});

test.describe('sessions', () => {
	test('can be ended one by one', everywhere, async ({ page, browser }) => {
		const person = await register(page);
		const elsewhere = await logInElsewhere(browser, person);
		await page.goto('/account/sessions');
		await expect(page.getByRole('main')).toContainText(/Chrome on (Windows|Android)/);
		await expect(page.getByRole('listitem')).toHaveCount(2);
		await expect(page.getByRole('listitem').first()).toContainText('This one');
		await page.getByRole('button', { name: /^End the session/ }).click();
		await expect(status(page, 'that browser is logged out')).toBeVisible();
		await expect(page.getByRole('listitem')).toHaveCount(1);
		await expectLoggedOut(elsewhere);
	});

	test('can be ended all but this one', withoutScript, async ({ page, browser }) => {
		const person = await register(page);
		const others = [await logInElsewhere(browser, person), await logInElsewhere(browser, person)];
		await page.goto('/account/sessions');
		await page.getByRole('button', { name: 'End all others' }).click();
		await expect(status(page, 'logged out everywhere else')).toBeVisible();
		await expect(page.getByRole('main')).toContainText('You are logged in nowhere else.');
		for (const other of others) await expectLoggedOut(other);
	});

	test('of somebody else cannot be ended', async ({ page, browser }) => {
		const other = await (await browser.newContext()).newPage();
		const victim = await register(other);
		await logInElsewhere(browser, victim);
		await other.goto('/account/sessions');
		const id = await other.getByRole('button', { name: /^End the session/ }).getAttribute('value');

		const person = await register(page);
		await logInElsewhere(browser, person);
		await page.goto('/account/sessions');
		const button = page.getByRole('button', { name: /^End the session/ });
		const own = await button.getAttribute('value');
		// Forged on its way: on the page, scripts that begin to work a moment later would put it right.
		let forged = '';
		await page.route(/\/account\/sessions/, async (route) => {
			if (route.request().method() !== 'POST') return route.continue();
			forged = (route.request().postData() ?? '').replace(own ?? '', id ?? '');
			return route.continue({ postData: forged });
		});
		await button.click();
		await expect(status(page, 'over already')).toBeVisible();
		expect(forged).toContain(id);
		await other.reload();
		await expect(other.getByRole('listitem')).toHaveCount(2);
	});
});

test.describe('what is kept about a person', () => {
	test('can be downloaded as one file that no cache keeps', withoutScript, async ({ page }) => {
		const person = await register(page);
		await page.goto('/account');
		const [response, download] = await Promise.all([
			page.waitForResponse('**/account/data'),
			page.waitForEvent('download'),
			page.getByRole('link', { name: /^Download/ }).click(),
		]);
		expect(response.headers()['cache-control']).toContain('no-store');
		expect(download.suggestedFilename()).toMatch(/^my-data-\d{4}-\d\d-\d\d\.json$/);
		const file = JSON.parse(await readFile(await download.path(), 'utf8'));
		expect(file).toMatchObject({
			account: { email: person.email },
			profile: { name: person.name },
			sessions: [{ current: true }],
		});
		expect(JSON.stringify(file)).not.toContain('encrypted_password');
	});

	test('is for nobody else', async ({ request }) => {
		const response = await request.get('/account/data', { maxRedirects: 0 });
		expect(response.status()).toBe(303);
		expect(response.headers()['location']).toMatch(/^\/log-in/);
	});
});

test.describe('somebody who leaves', () => {
	test('is gone, everywhere and for good', everywhere, async ({ page, browser }) => {
		const person = await register(page);
		const elsewhere = await logInElsewhere(browser, person);
		await page.goto('/account/delete');
		await expect(page.getByRole('main')).toContainText(person.email);
		await expect(page.getByRole('main')).toContainText('It cannot be undone');
		await deleteAccount(page, person.password);
		await expect(page).toHaveURL('/');
		await expect(status(page, 'Your account is deleted')).toBeVisible();
		await expectLoggedOut(page);
		await expectLoggedOut(elsewhere);
		await submitLogIn(page, person.email, person.password);
		await expect(page.getByRole('alert').filter({ hasText: 'not right' })).toBeVisible();
	});

	test('may think again', async ({ page }) => {
		await register(page);
		await page.goto('/account/delete');
		await page.getByRole('link', { name: 'Cancel' }).click();
		await expect(page).toHaveURL('/account');
	});

	test('needs the password and the tick', withoutScript, async ({ page }) => {
		const person = await register(page);
		await deleteAccount(page, 'a wrong guess');
		await expect(page.getByLabel('Your password now')).toHaveAccessibleDescription(
			'This password is not right.',
		);
		await page.goto('/account/delete');
		await page.getByLabel('Your password now').fill(person.password);
		await page.locator('form').evaluateAll((forms) => {
			for (const form of forms) form.setAttribute('novalidate', '');
		});
		await page.getByRole('button', { name: 'Delete my account' }).click();
		await expect(page.getByLabel('I understand')).toHaveAccessibleDescription(/tick the box/);
		await page.goto('/home');
		await expect(page).toHaveURL('/home');
	});
});

test.describe('every page of it', () => {
	for (const path of ['', '/email', '/password', '/sessions', '/delete']) {
		test(`is for people only: /account${path}`, async ({ page }) => {
			await page.goto(`/account${path}`);
			await expect(page).toHaveURL(/\/log-in\?/);
		});
	}

	test('gives axe nothing to object to', { tag: '@phone' }, async ({ page }) => {
		test.slow();
		const person = await register(page);
		for (const path of ['', '/email', '/password', '/sessions', '/delete']) {
			await page.goto(`/account${path}`);
			await expectAccessible(page);
		}
		await deleteAccount(page, `${person.password}!`);
		await expect(page.getByLabel('Your password now')).toBeFocused();
		await expectAccessible(page);
	});

	test('fits a screen of 320 px', async ({ page }) => {
		await page.setViewportSize({ width: 320, height: 640 });
		await register(page, newPerson('W'.repeat(60)));
		for (const path of ['', '/email', '/password', '/sessions', '/delete']) {
			await page.goto(`/account${path}`);
			expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(320);
		}
	});
});
