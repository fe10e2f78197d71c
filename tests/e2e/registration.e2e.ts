import { expect, type Browser, type Page } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { expectAccessible, inbox, test, visit } from '../support/test.ts';
import { weighJavaScript } from '../support/weight.ts';

const everywhere = { tag: ['@phone', '@no-script'] };
const withoutScript = { tag: '@no-script' };

// Without JavaScript a refused form is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|429)/ });

async function fillSignUp(page: Page, { name, email, password }: NewPerson) {
	await page.getByLabel('Name').fill(name);
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
}

async function signUp(page: Page, person: NewPerson, path = '/sign-up') {
	await page.goto(path);
	await fillSignUp(page, person);
	await expect(page).toHaveURL('/check-email');
}

async function logIn(page: Page, { email, password }: NewPerson) {
	await page.goto('/log-in');
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
}

async function linkTo({ email }: NewPerson, subject: string): Promise<string> {
	return linkIn(await inbox.waitForMail(email, { subject }));
}

async function codeTo({ email }: NewPerson, subject: string): Promise<string> {
	const { text } = await inbox.waitForMail(email, { subject });
	const code = /(?<![\w-])\d{6,10}(?![\w-])/.exec(text)?.[0];
	if (!code) throw new Error(`There is no code in the mail:\n${text}`);
	return code;
}

async function register(page: Page): Promise<NewPerson> {
	const person = newPerson();
	await signUp(page, person);
	await page.goto(await linkTo(person, 'Confirm'));
	await page.getByRole('button', { name: 'Confirm my email' }).click();
	await expectHome(page, person);
	return person;
}

async function expectHome(page: Page, { name, email }: NewPerson) {
	await expect(page).toHaveURL(/\/home$/);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Welcome, ${name}`);
	await expect(page.getByRole('region', { name: 'Your profile' })).toContainText(email);
}

async function expectRefusal(page: Page, reason: string | RegExp) {
	await expect(page.getByRole('alert').filter({ hasText: reason })).toBeVisible();
}

async function anotherBrowser(browser: Browser): Promise<Page> {
	return (await browser.newContext()).newPage();
}

test.describe('somebody who signs up', () => {
	test('confirms with the button behind the link, and is at home', everywhere, async ({ page }) => {
		const person = newPerson('Zoë 李');
		await signUp(page, person);
		await page.goto(await linkTo(person, 'Confirm'));
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expectHome(page, person);
	});

	test('may enter the code instead', withoutScript, async ({ page }) => {
		const person = newPerson();
		await signUp(page, person);
		const code = await codeTo(person, 'Confirm');
		await page.getByLabel('Code').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
		await page.getByRole('button', { name: 'Confirm' }).click();
		await expectHome(page, person);
	});

	test('may enter a wrong code first', withoutScript, async ({ page }) => {
		const person = newPerson();
		await signUp(page, person);
		const code = await codeTo(person, 'Confirm');
		await page.getByLabel('Code').fill(code === '123456' ? '654321' : '123456');
		await page.getByRole('button', { name: 'Confirm' }).click();
		await expect(page.getByLabel('Code')).toHaveAccessibleDescription(/not right/);
		await page.getByLabel('Code').fill(code);
		await page.getByRole('button', { name: 'Confirm' }).click();
		await expectHome(page, person);
	});

	test('arrives where they were going', withoutScript, async ({ page }) => {
		await page.goto('/home?from=a%20link');
		await expect(page).toHaveURL(/\/log-in\?next=/);
		await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
		const person = newPerson();
		await fillSignUp(page, person);
		await page.goto(await linkTo(person, 'Confirm'));
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expect(page).toHaveURL('/home?from=a%20link');
	});

	test('can open the link in another browser', withoutScript, async ({ page, browser }) => {
		const person = newPerson();
		await signUp(page, person);
		const other = await anotherBrowser(browser);
		await other.goto(await linkTo(person, 'Confirm'));
		await other.getByRole('button', { name: 'Confirm my email' }).click();
		await expectHome(other, person);

		await logIn(page, person);
		await expectHome(page, person);
	});

	test('can confirm after a mail scanner was there', async ({ page, request }) => {
		const person = newPerson();
		await signUp(page, person);
		const link = await linkTo(person, 'Confirm');
		for (let visit = 0; visit < 3; visit += 1) expect((await request.get(link)).ok()).toBe(true);
		await page.goto(link);
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expectHome(page, person);
	});

	test('is told that a link works once', withoutScript, async ({ page, browser }) => {
		const person = newPerson();
		await signUp(page, person);
		const link = await linkTo(person, 'Confirm');
		for (const reader of [page, await anotherBrowser(browser)]) {
			await reader.goto(link);
			await reader.getByRole('button', { name: 'Confirm my email' }).click();
			if (reader === page) {
				await expectHome(page, person);
				continue;
			}
			await expect(reader.getByRole('heading', { level: 1 })).toHaveText(/no longer works/);
			await reader.getByRole('main').getByRole('link', { name: 'Log in' }).click();
			await expect(reader).toHaveURL(/\/log-in/);
		}

		await page.goto(link);
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expectHome(page, person);
	});

	test('sees beside the field what is wrong, and what they typed', async ({ page }) => {
		const person = newPerson();
		await page.goto('/sign-up');
		await fillSignUp(page, { ...person, password: 'password1' });
		const password = page.getByLabel('Password', { exact: true });
		await expect(password).toBeFocused();
		await expect(password).toHaveAccessibleDescription(/Too many people use this password/);
		await expect(page.getByLabel('Email')).toHaveValue(person.email);
		await password.fill(person.password);
		await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
		await expect(page).toHaveURL('/check-email');
	});

	test(
		'waits before another mail, and is told how long',
		withoutScript,
		async ({ page, javaScriptEnabled }) => {
			const person = newPerson();
			await signUp(page, person);
			const again = page.getByRole('button', { name: /^Send again in \d+ s$/ });
			if (javaScriptEnabled === false) {
				await again.click();
				await expectRefusal(page, /ask again in \d+ seconds/);
			} else {
				// Until the scripts work it can be pressed: to look whether it can, and then press it, would be a race.
				await expect(again).toBeDisabled();
			}
			await expect(page.getByRole('button', { name: /^Send again in \d+ s$/ })).toBeVisible();
		},
	);

	test('has no need to, once signed in', withoutScript, async ({ page }) => {
		const person = await register(page);
		for (const path of ['/sign-up', '/log-in']) {
			await page.goto(path);
			await expectHome(page, person);
		}
	});
});

test.describe('somebody who logs in', () => {
	test('types their password', everywhere, async ({ page, browser }) => {
		const person = await register(page);
		const other = await anotherBrowser(browser);
		await logIn(other, { ...person, email: ` ${person.email.toUpperCase()} ` });
		await expectHome(other, person);
	});

	test('reads one sentence when it is wrong', withoutScript, async ({ page, browser }) => {
		const person = await register(page);
		const other = await anotherBrowser(browser);
		await logIn(other, { ...person, password: 'not this one' });
		await expectRefusal(other, 'Email or password is not right.');
		await expect(other.getByLabel('Email')).toHaveValue(person.email);
	});

	test('may have a link sent', withoutScript, async ({ page, browser }) => {
		const person = await register(page);
		const other = await anotherBrowser(browser);
		await other.goto('/log-in');
		await other.getByLabel('Email').fill(person.email);
		await other.getByRole('button', { name: 'Email me a code' }).click();
		await expect(other).toHaveURL('/check-email');
		await other.goto(await linkTo(person, 'Log in'));
		await other.getByRole('main').getByRole('button', { name: 'Log in' }).click();
		await expectHome(other, person);
	});

	test('may enter the code from that mail', withoutScript, async ({ page, browser }) => {
		const person = await register(page);
		const other = await anotherBrowser(browser);
		await other.goto('/log-in');
		await other.getByLabel('Email').fill(person.email);
		await other.getByRole('button', { name: 'Email me a code' }).click();
		await other.getByLabel('Code').fill(await codeTo(person, 'Log in'));
		await other.getByRole('main').getByRole('button', { name: 'Log in' }).click();
		await expectHome(other, person);
	});

	test('before they confirmed can still confirm', withoutScript, async ({ page, browser }) => {
		const person = newPerson();
		await signUp(page, person);
		const other = await anotherBrowser(browser);
		await logIn(other, person);
		await expect(other).toHaveURL('/check-email');
		await other.getByRole('button', { name: 'Send again' }).click();
		await expect(other.getByRole('status').filter({ hasText: 'written again' })).toBeVisible();
		await other.goto(await linkTo(person, ''));
		await other.getByRole('main').getByRole('button').click();
		await expectHome(other, person);
	});

	test('after too many tries is told when to try again', async ({ request, baseURL }) => {
		const { email } = newPerson();
		const attempt = () =>
			request.post('/log-in?/password', {
				headers: { origin: `${baseURL}`, accept: 'text/html' },
				form: { email, password: 'a guess' },
			});
		let response = await attempt();
		for (let n = 0; n < 10; n += 1) response = await attempt();
		expect(response.status()).toBe(429);
		expect(Number(response.headers()['retry-after'])).toBeGreaterThan(0);
		const html = await response.text();
		expect(html).toMatch(/Try again in \d+ (seconds|minutes)\./);
		expect(html).toContain(`value="${email}"`);
		expect(html).not.toContain('a guess');
	});
});

test.describe('somebody who forgot their password', () => {
	test('chooses a new one, and is logged out elsewhere', everywhere, async ({ page, browser }) => {
		const person = await register(page);
		const other = await anotherBrowser(browser);
		await other.goto('/forgot-password');
		await other.getByLabel('Email').fill(person.email);
		await other.getByRole('button', { name: 'Send me a link' }).click();
		await expect(other).toHaveURL('/check-email');

		await other.goto(await linkTo(person, 'Reset'));
		await other.getByRole('button', { name: 'Go on' }).click();
		await expect(other.getByRole('heading', { level: 1 })).toHaveText('Choose a new password');
		const renewed = { ...person, password: `${person.password} again` };
		await other.getByLabel('New password').fill(renewed.password);
		await other.getByRole('button', { name: 'Save it' }).click();
		await expectHome(other, person);
		await expect(other.getByRole('status').filter({ hasText: 'is changed' })).toBeVisible();

		await visit(page, '/home');
		await expect(page).toHaveURL(/\/log-in/);
		await logIn(page, person);
		await expectRefusal(page, 'Email or password is not right.');
		await logIn(page, renewed);
		await expectHome(page, person);
	});

	test('needs the link for it, also when signed in', withoutScript, async ({ page }) => {
		await page.goto('/reset-password');
		await expect(page).toHaveURL('/forgot-password');
		await register(page);
		await page.goto('/reset-password');
		await expect(page).toHaveURL('/forgot-password');

		const data = await (await page.request.get('/account/data')).text();
		const [id = ''] = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/.exec(data) ?? [];
		for (const value of [id, `${id}.99999999999999`, `${id}.99999999999999.${'A'.repeat(43)}`]) {
			await page.context().addCookies([{ name: 'may-reset', value, url: page.url() }]);
			await page.goto('/reset-password');
			await expect(page).toHaveURL('/forgot-password');
		}
	});
});

test.describe('somebody who logs out', () => {
	test('is a guest again', everywhere, async ({ page }) => {
		await register(page);
		await page.getByRole('button', { name: 'Log out here' }).click();
		await expect(page).toHaveURL('/');
		await page.goto('/home');
		await expect(page).toHaveURL(/\/log-in/);
	});

	test(
		'everywhere, ends the other browser at its next click',
		withoutScript,
		async ({ page, browser }) => {
			const person = await register(page);
			const other = await anotherBrowser(browser);
			await logIn(other, person);
			await expectHome(other, person);

			await page.getByRole('button', { name: 'Log out everywhere' }).click();
			await expect(page).toHaveURL('/');
			await visit(other, '/home');
			await expect(other).toHaveURL(/\/log-in/);
		},
	);

	test('here, stays signed in elsewhere', async ({ page, browser }) => {
		const person = await register(page);
		const other = await anotherBrowser(browser);
		await logIn(other, person);
		await expectHome(other, person);
		await page.getByRole('button', { name: 'Log out here' }).click();
		await expect(page).toHaveURL('/');
		await other.reload();
		await expectHome(other, person);
	});

	test('is not logged out by opening a link', async ({ page }) => {
		const person = await register(page);
		await page.goto('/log-out');
		await expect(page.getByRole('button', { name: 'Log out here' })).toBeVisible();
		await page.goto('/home');
		await expectHome(page, person);
	});
});

test.describe('every page of it', () => {
	for (const path of ['/sign-up', '/log-in', '/forgot-password', '/confirm', '/confirm/used']) {
		test(`gives axe nothing to object to: ${path}`, { tag: '@phone' }, async ({ page }) => {
			await page.goto(path);
			await expect(page).toHaveTitle(/ · Gatehouse$/);
			await expect(page.locator('meta[name=robots]')).toHaveAttribute('content', 'noindex');
			await expectAccessible(page);
		});
	}

	test('gives axe nothing to object to: a refused form', { tag: '@phone' }, async ({ page }) => {
		await page.goto('/sign-up');
		await fillSignUp(page, { ...newPerson(), password: 'password1' });
		await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
		await expectAccessible(page);
	});

	test('gives axe nothing to object to: from sign-up to home', async ({ page }) => {
		const person = newPerson();
		await signUp(page, person);
		await expectAccessible(page);
		await page.goto(await linkTo(person, 'Confirm'));
		await expectAccessible(page);
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expectHome(page, person);
		await expectAccessible(page);
		await page.goto('/log-out');
		await expectAccessible(page);
	});

	test('gives axe nothing to object to: a new password', async ({ page }) => {
		const person = await register(page);
		await page.goto('/forgot-password');
		await page.getByLabel('Email').fill(person.email);
		await page.getByRole('button', { name: 'Send me a link' }).click();
		await expect(page).toHaveURL('/check-email');
		await expectAccessible(page);
		await page.goto(await linkTo(person, 'Reset'));
		await page.getByRole('button', { name: 'Go on' }).click();
		await page.getByLabel('New password').fill('a few letters');
		await expectAccessible(page);
	});

	test('fits a screen of 320 px', async ({ page }) => {
		await page.setViewportSize({ width: 320, height: 640 });
		const width = () => page.evaluate(() => document.documentElement.scrollWidth);
		for (const path of ['/sign-up', '/log-in', '/forgot-password', '/confirm']) {
			await page.goto(path);
			expect(await width(), path).toBe(320);
		}
		const person = newPerson('W'.repeat(80));
		await signUp(page, person);
		expect(await width(), '/check-email').toBe(320);
		await page.goto(await linkTo(person, 'Confirm'));
		await page.getByRole('button', { name: 'Confirm my email' }).click();
		await expectHome(page, person);
		expect(await width(), '/home').toBe(320);
	});

	test('sends little JavaScript', async ({ page }) => {
		expect(await weighJavaScript(page, '/sign-up')).toBeLessThanOrEqual(42_000);
	});
});
