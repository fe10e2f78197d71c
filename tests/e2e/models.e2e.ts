import { expect, type Page } from '@playwright/test';
import { linkIn } from '../support/inbox.ts';
import { newPerson } from '../support/people.ts';
import { expectAccessible, inbox, test } from '../support/test.ts';

// Without JavaScript a refused form is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of (400|404|409|413)/ });

const withoutScript = { tag: '@no-script' };

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

async function makeModel(
	page: Page,
	name: string,
	file: { name: string; content: string | Buffer },
) {
	await page.goto('/models/new');
	await page.getByLabel('Name').fill(name);
	await page.getByRole('radio', { name: /A file of your own/ }).check();
	const { name: fileName, content } = file;
	const buffer = Buffer.from(content);
	await page.getByLabel('CSV file').setInputFiles({ name: fileName, mimeType: 'text/csv', buffer });
	await page.getByRole('button', { name: 'Make the model' }).click();
}

/** Colours that tell a kind, and a number that does not. */
const colours = `colour,number,kind\n${'red,1,rose\nblue,2,iris\nwhite,3,lily\n'.repeat(100)}`;

/** The page as it is when a training is over: without JavaScript it says so only when it is asked for again. */
async function waitForEnd(page: Page, word: string) {
	const now = page.getByRole('status').filter({ hasText: /^Training \d/ });
	await expect(async () => {
		await page.reload();
		await expect(now).toContainText(word, { timeout: 1000 });
	}).toPass();
}

test(
	'a person makes a model of a file, trains it to the end, tries it and deletes it',
	withoutScript,
	async ({ page }) => {
		await register(page);
		await page.goto('/models');
		await page.getByRole('link', { name: 'Make a model' }).click();
		await makeModel(page, 'Gardens', { name: 'garden.csv', content: colours });
		await expect(page.getByRole('heading', { level: 1 })).toHaveText('Gardens');
		await expect(page.getByText('garden, 300 lines')).toBeVisible();

		await page.getByRole('button', { name: 'Start training' }).click();
		await waitForEnd(page, 'Done');
		await expect(page.getByText('100.0 %').first()).toBeVisible();
		await expect(page.getByRole('img', { name: /^Loss: .* after epoch 100/ })).toBeVisible();
		await page.getByText('As a table').click();
		await expect(page.getByRole('rowheader', { name: '100', exact: true })).toBeVisible();

		await page.getByLabel('colour').selectOption('blue');
		await page.getByRole('button', { name: 'Predict kind' }).click();
		await expect(page.getByRole('heading', { name: 'kind: iris' })).toBeVisible();

		await page.getByText('How it is trained').click();
		await page.getByLabel('Epochs').fill('5');
		await page.getByLabel('Note').fill('a short one');
		await page.getByRole('button', { name: 'Train again' }).click();
		await expect(page.getByRole('checkbox', { name: 'Training 2' })).toBeVisible();
		await waitForEnd(page, 'Done');
		await page.getByRole('checkbox', { name: 'Training 1' }).check();
		await page.getByRole('checkbox', { name: 'Training 2' }).check();
		await page.getByRole('button', { name: 'Show the ticked ones' }).click();
		await expect(
			page.getByRole('img', { name: /Training 2 .* epoch 5, Training 1 .* epoch 100/ }),
		).toHaveCount(2);

		await page.getByText('Delete …').last().click();
		await page.getByRole('button', { name: 'Delete the model' }).click();
		await expect(page.getByText('You have no models yet.')).toBeVisible();
		await expect(page.getByText('garden', { exact: true })).toBeVisible();
	},
);

test('the curve moves while it is trained, and the page knows when it is done', async ({
	page,
}) => {
	await register(page);
	await page.goto('/models/new');
	await page.getByLabel('Name').fill('Visitors');
	await page.getByRole('radio', { name: /Visitors at the gate/ }).check();
	await page.getByRole('button', { name: 'Make the model' }).click();
	await page.getByText('How it is trained').click();
	await page.getByLabel('Epochs').fill('300');
	await page.getByRole('button', { name: 'Start training' }).click();
	await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
	// Nobody asks for the page again: what changes, it was told. The page itself notes each curve that it shows, as a
	// training may be over before somebody has looked twice.
	const curves = await page.evaluateHandle(() => {
		const shown = new Set<string>();
		const note = () => {
			const label = document
				.querySelector('main [aria-label^="Loss: "]')
				?.getAttribute('aria-label');
			if (label) shown.add(label);
		};
		note();
		new MutationObserver(note).observe(document, {
			subtree: true,
			childList: true,
			attributes: true,
		});
		return shown;
	});
	await page.getByText('It is ready to be tried.').waitFor();
	await expect(page.getByRole('button', { name: 'Predict came_by' })).toBeVisible();
	const curve = page.getByRole('img', { name: /^Loss: / });
	await expect(curve).toHaveAttribute('aria-label', /after epoch 300/);
	// This page, and no other one, has shown it on its way and at its end.
	const epochs = await curves.evaluate((shown) =>
		[...shown].map((label) => Number(/after epoch (\d+)/.exec(label)?.[1])),
	);
	expect(epochs.at(-1)).toBe(300);
	expect(epochs.length).toBeGreaterThan(1);
});

test('a training can be stopped, and another one started', withoutScript, async ({ page }) => {
	await register(page);
	// So much that it is not over before the button is pressed.
	const content = `n,m,kind\n${'1,2,a\n3,4,b\n'.repeat(50_000)}`;
	await makeModel(page, 'Long', { name: 'long.csv', content });
	await page.getByText('How it is trained').click();
	await page.getByLabel('Epochs').fill('300');
	await page.getByRole('button', { name: 'Start training' }).click();
	await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
	await expect(page.getByText('The training is stopped.')).toBeVisible();
	await expect(page.getByText('It was stopped before its end')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Train again' })).toBeVisible();
});

for (const [what, content, reason] of [
	['no CSV', Buffer.of(0x50, 0x4b, 3, 4, 0, 0xff), 'Line 1 is not UTF-8 text.'],
	['a line too short', 'a,b\n1,2\n3\n', 'Line 3 has 1 field, but the header has 2.'],
	['too few lines', 'a,b\n1,2\n', 'The file has 1 line of data.'],
	['one kind only', `a,b\n${'1,x\n'.repeat(30)}`, 'the same value on every line'],
] as const) {
	test(`a file with ${what} is refused with its reason`, withoutScript, async ({ page }) => {
		await register(page);
		await makeModel(page, 'Broken', { name: 'broken.csv', content });
		await expect(page.getByText(reason)).toBeVisible();
		await expect(page.getByLabel('Name')).toHaveValue('Broken');
		await page.goto('/models');
		await expect(page.getByText('You have no models yet.')).toBeVisible();
		await expect(page.getByText('broken', { exact: true })).toHaveCount(0);
	});
}

test('a large file is taken, and one that is too large is refused', async ({ page }) => {
	await register(page);
	const line = `1,red,${'x'.repeat(60)},a\n2,blue,${'y'.repeat(60)},b\n`;
	await makeModel(page, 'Large', {
		name: 'large.csv',
		content: `n,c,t,kind\n${line.repeat(50_000)}`,
	});
	await expect(page.getByText('large, 100,000 lines')).toBeVisible();
	await makeModel(page, 'Huge', { name: 'huge.csv', content: 'x'.repeat(8_000_001) });
	await expect(page.getByText('This file is larger than 8 MB.')).toBeVisible();
});

test('another person sees nothing of a model', async ({ page, browser }) => {
	await register(page);
	await makeModel(page, 'Mine', { name: 'garden.csv', content: colours });
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mine');
	const theirs = await browser.newPage();
	await register(theirs);
	expect((await theirs.goto(page.url()))?.status()).toBe(404);
	const answer = await theirs.request.post(`${page.url()}?/start`, {
		form: { epochs: '1', seed: '1', note: '' },
		headers: { origin: new URL(page.url()).origin, accept: 'text/html' },
	});
	expect(answer.status()).toBe(404);
	await page.reload();
	await expect(page.getByText('It has not learned anything yet.')).toBeVisible();
});

test('axe objects to nothing on the pages of models', async ({ page }) => {
	await register(page);
	await page.goto('/models');
	await expectAccessible(page);
	await page.goto('/models/new');
	await expectAccessible(page);
	await makeModel(page, 'Gardens', { name: 'garden.csv', content: colours });
	await page.getByRole('button', { name: 'Start training' }).click();
	await waitForEnd(page, 'Done');
	await expectAccessible(page);
	await page.goto('/models');
	await expectAccessible(page);
});
