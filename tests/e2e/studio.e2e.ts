import { expect, type Page } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { expectAccessible, inbox, test } from '../support/test.ts';

const everywhere = { tag: ['@phone', '@no-script'] };

// A link that is off is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (403|404)/ });

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

/** Asks for a card of the profile, and waits for the worker as somebody does who has no scripts: by coming again. */
async function makeCard(page: Page): Promise<void> {
	await page.goto('/studio');
	await page.getByRole('radio', { name: 'Your profile' }).check();
	await page.getByRole('button', { name: 'Make the card' }).click();
	await expect(page).toHaveURL(/\/studio\/[\da-f-]{36}$/);
	await expect
		.poll(async () => {
			await page.goto(page.url());
			return page.getByRole('link', { name: 'Download PNG' }).count();
		})
		.toBe(1);
}

test.describe('a card', () => {
	test('is made, seen and downloaded', everywhere, async ({ page }) => {
		await register(page, newPerson('Grace Hopper'));
		await page.goto('/studio');
		await expect(page.getByRole('main')).toContainText('You have no cards yet.');

		await makeCard(page);
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Grace Hopper');
		const picture = page.getByRole('img', { name: 'The card of Grace Hopper' });
		await expect(picture).toHaveJSProperty('naturalWidth', 1200);

		const download = page.waitForEvent('download');
		await page.getByRole('link', { name: 'Download SVG' }).click();
		expect((await download).suggestedFilename()).toBe('Grace Hopper.svg');
		const png = await page.request.get(`${page.url()}/card.png?download`);
		expect(png.headers()['content-type']).toBe('image/png');
		expect((await png.body()).subarray(1, 4).toString()).toBe('PNG');

		await page.goto('/studio');
		await page.getByRole('listitem').getByRole('link', { name: 'Grace Hopper' }).click();
		await page.getByText('Delete the card').click();
		await page.getByRole('button', { name: 'Delete it' }).click();
		await expect(page).toHaveURL(/\/studio$/);
		await expect(page.getByRole('main')).toContainText('You have no cards yet.');
	});

	test(
		'is shown to everybody by its link until that is off',
		everywhere,
		async ({ page, browser, baseURL }) => {
			await register(page);
			await makeCard(page);
			const place = page.url();
			await page.getByRole('button', { name: 'Turn a link on' }).click();
			const link = await page.getByLabel('Address').inputValue();
			expect(link).toMatch(/\/cards\/[\da-f]{32}$/);

			const stranger = await (await browser.newContext({ baseURL: baseURL ?? '' })).newPage();
			await stranger.goto(link);
			await expect(stranger.getByRole('img', { name: /^Ada, at Gatehouse since/ })).toBeVisible();
			await expect(stranger.locator('meta[property="og:image"]')).toHaveAttribute(
				'content',
				`${link}.png`,
			);
			expect((await stranger.goto(place))?.url()).toContain('/log-in');

			await page.getByRole('button', { name: 'Turn the link off' }).click();
			await expect(page.getByRole('button', { name: 'Turn a link on' })).toBeVisible();
			for (const path of [link, `${link}.svg`, `${link}.png`]) {
				expect((await stranger.request.get(path)).status()).toBe(404);
			}
		},
	);

	test('appears by itself as soon as it is done', async ({ page }) => {
		await register(page);
		await page.goto('/studio');
		await page.getByRole('button', { name: 'Make the card' }).click();
		await expect(page.getByRole('link', { name: 'Download PNG' })).toBeVisible();
	});

	test('keeps nobody out', { tag: '@phone' }, async ({ page }) => {
		await register(page);
		await page.goto('/studio');
		await expectAccessible(page);
		await makeCard(page);
		await page.getByRole('button', { name: 'Turn a link on' }).click();
		const link = await page.getByLabel('Address').inputValue();
		await page.getByText('Delete the card').click();
		await expectAccessible(page);
		await page.goto('/studio');
		await expectAccessible(page);
		await page.goto(link);
		await expectAccessible(page);
		await page.setViewportSize({ width: 320, height: 640 });
		for (const path of ['/studio', link]) {
			await page.goto(path);
			expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(320);
		}
	});

	test("cannot be asked for in another's name", async ({ page, browser, baseURL }) => {
		await register(page);
		await makeCard(page);
		const stranger = await (await browser.newContext({ baseURL: baseURL ?? '' })).newPage();
		await register(stranger);
		const answer = await stranger.request.post('/studio', {
			form: { subject: 'profile', user_id: '00000000-0000-4000-8000-000000000000' },
			headers: { origin: baseURL ?? '', accept: 'text/html' },
		});
		expect(answer.status()).toBe(403);
		expect(await answer.text()).toContain('You can have cards made for yourself only.');
		await stranger.goto('/studio');
		await expect(stranger.getByRole('main')).toContainText('You have no cards yet.');
		expect((await stranger.goto(page.url()))?.status()).toBe(404);
	});
});
