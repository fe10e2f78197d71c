import { expect, type Page } from '@playwright/test';
import { createClient } from '@supabase/supabase-js';
import type { Database } from '../../src/lib/supabase/database.types.ts';
import { linkIn } from '../support/inbox.ts';
import { newPerson } from '../support/people.ts';
import { expectAccessible, inbox, test } from '../support/test.ts';

/** What the worker does when a person's work is done. */
const worker = createClient<Database>(
	process.env.BACKEND_URL ?? 'http://localhost',
	process.env.BACKEND_SECRET_KEY ?? 'none',
	{ auth: { persistSession: false, autoRefreshToken: false } },
);

type Note = { kind: string; data?: Record<string, string>; created_at?: string };

async function notify(email: string, ...notes: Note[]): Promise<void> {
	const { data, error } = await worker.from('users').select('id').eq('email', email).single();
	if (error) throw error;
	const rows = notes.map((note) => ({ ...note, user_id: data.id }));
	const written = await worker.from('notifications').insert(rows);
	if (written.error) throw written.error;
}

async function register(page: Page): Promise<string> {
	const { name, email, password } = newPerson();
	await page.goto('/sign-up');
	await page.getByLabel('Name').fill(name);
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();
	await expect(page).toHaveURL('/check-email');
	await page.goto(linkIn(await inbox.waitForMail(email, { subject: 'Confirm' })));
	await page.getByRole('button', { name: 'Confirm my email' }).click();
	await expect(page).toHaveURL(/\/home$/);
	return email;
}

const rows = (page: Page) => page.getByRole('main').getByRole('listitem');
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const count = (page: Page) => page.locator('[data-unread]');

const done = (title: string): Note => ({
	kind: 'training.done',
	data: { id: crypto.randomUUID(), title },
});

test.describe('notifications', () => {
	test(
		'are none at first, and the page says what they will be',
		{ tag: '@no-script' },
		async ({ page }) => {
			await register(page);
			await page.goto('/notifications');
			await expect(page.getByRole('heading', { level: 1 })).toHaveText('Notifications');
			await expect(page.getByText('There is nothing new.')).toBeVisible();
			await expect(rows(page)).toHaveCount(0);
		},
	);

	test(
		'are read, one and all, and deleted',
		{ tag: ['@phone', '@no-script'] },
		async ({ page }) => {
			const email = await register(page);
			await notify(
				email,
				done('Iris'),
				{ kind: 'card.failed', data: { title: 'A card' } },
				{ kind: 'garden.grown' },
			);
			await page.goto('/notifications');
			await expect(page.getByRole('main').getByText('3 unread')).toBeVisible();
			await expect(row(page, 'The training of “Iris” is done.').getByRole('link')).toHaveAttribute(
				'href',
				/^\/models\/[\da-f-]{36}$/,
			);
			await expect(row(page, 'The card of “A card” failed.')).toContainText('Failed');
			await expect(row(page, 'Something of yours has changed.')).toBeVisible();

			await row(page, 'Iris').getByRole('button', { name: 'Mark as read' }).click();
			await expect(page.getByRole('main').getByText('2 unread')).toBeVisible();
			await expect(row(page, 'Iris').getByText('New')).toHaveCount(0);
			await row(page, 'A card').getByRole('button', { name: 'Delete' }).click();
			await expect(rows(page)).toHaveCount(2);
			await page.getByRole('button', { name: 'Mark all as read' }).click();
			await expect(page.getByText('You have read them all.')).toBeVisible();
			await expect(page.getByRole('button', { name: 'Mark' })).toHaveCount(0);
		},
	);

	test('come in pages', { tag: '@no-script' }, async ({ page }) => {
		const email = await register(page);
		const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
		await notify(
			email,
			...Array.from({ length: 21 }, (_, index) => ({
				...done(`number ${index + 1}`),
				created_at: at(index),
			})),
		);
		await page.goto('/notifications');
		await expect(rows(page)).toHaveCount(20);
		await expect(rows(page).first()).toContainText('number 21');
		await page.getByRole('link', { name: 'Next' }).click();
		await expect(rows(page)).toHaveCount(1);
		await row(page, 'number 1').getByRole('button', { name: 'Delete' }).click();
		// Its page is gone with it.
		await expect(rows(page)).toHaveCount(20);
		for (const wrong of ['99', '-1', 'x', '1e3']) {
			await page.goto(`/notifications?page=${wrong}`);
			await expect(rows(page).first()).toContainText('number 21');
		}
	});

	test('give axe nothing to object to, and fit', { tag: '@phone' }, async ({ page }) => {
		const email = await register(page);
		await page.goto('/notifications');
		await expectAccessible(page);
		await notify(email, done('A rather long title of a model '.repeat(3)), {
			kind: 'import.failed',
			data: { title: 'x'.repeat(120) },
		});
		await expect(rows(page)).toHaveCount(2);
		await expectAccessible(page);
		await page.setViewportSize({ width: 320, height: 640 });
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		expect(width).toBeLessThanOrEqual(320);
	});
});

test.describe('without a reload', () => {
	test('the number in the header follows, on every page and in every tab', async ({
		page,
		context,
	}) => {
		const email = await register(page);
		await notify(email, done('one'));
		await expect(count(page)).toHaveText(/^1/);
		const second = await context.newPage();
		await second.goto('/account');
		await expect(count(second)).toHaveText(/^1/);
		await notify(email, done('two'));
		for (const tab of [page, second]) await expect(count(tab)).toHaveText(/^2/);

		await second.goto('/notifications');
		await expect(rows(second)).toHaveCount(2);
		await notify(email, done('three'));
		await expect(rows(second)).toHaveCount(3);
		await second.getByRole('button', { name: 'Mark all as read' }).click();
		for (const tab of [page, second]) await expect(count(tab)).toHaveCount(0);
	});

	test('whoever acts on a row goes on from there', async ({ page }) => {
		const email = await register(page);
		await notify(email, ...Array.from({ length: 20 }, (_, at) => done(`number ${at + 1}`)));
		await page.goto('/notifications');
		await expect(count(page)).toHaveText(/^20/);
		const last = rows(page).last();
		await last.getByRole('button', { name: 'Mark as read' }).click();
		await expect(page.getByRole('main').getByText('19 unread')).toBeVisible();
		expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
		await expect(last.getByRole('button', { name: 'Delete' })).toBeInViewport();
	});

	for (const [held, link, address] of [
		[/account\/__route\.js/, 'Account', /\/account$/],
		[/__data\.json\?page=2/, 'Next', /page=2$/],
	] as const) {
		test(`“${link}” opens when it was clicked, also when news come first`, async ({ page }) => {
			const email = await register(page);
			await notify(email, ...Array.from({ length: 21 }, (_, at) => done(`number ${at + 1}`)));
			await page.goto('/notifications');
			await expect(count(page)).toHaveText(/^21/);
			let open = () => {};
			const opened = new Promise<void>((resolve) => (open = resolve));
			await page.route(held, async (route) => {
				await opened;
				await route.continue();
			});
			const asked = page.waitForRequest(held);
			await page.getByRole('link', { name: link, exact: true }).click();
			await asked;
			await notify(email, done('one more'));
			await expect(count(page)).toHaveText(/^22/);
			open();
			await expect(page).toHaveURL(address);
		});
	}

	test('tabs share one connection, and the next one takes over', async ({ page, context }) => {
		const email = await register(page);
		await notify(email, done('one'));
		await expect(count(page)).toHaveText(/^1/);
		const opened: string[] = [];
		const second = await context.newPage();
		second.on('request', (request) => {
			if (new URL(request.url()).pathname === '/events') opened.push(request.url());
		});
		await second.goto('/account');
		await notify(email, done('two'));
		for (const tab of [page, second]) await expect(count(tab)).toHaveText(/^2/);
		expect(opened).toEqual([]);
		await page.close();
		await expect.poll(() => opened.length).toBe(1);
		// It goes on where the other one was.
		expect(opened[0]).toMatch(/\?since=\d+-\d+$/);
		await notify(email, done('three'));
		await expect(count(second)).toHaveText(/^3/);
	});

	test('whoever is suspended meanwhile is led to the page that says so', async ({ page }) => {
		const email = await register(page);
		await page.goto('/notifications');
		await notify(email, done('one'));
		await expect(rows(page)).toHaveCount(1);
		const { data } = await worker.from('users').select('id').eq('email', email).single();
		await worker
			.from('users')
			.update({ suspended_at: new Date().toISOString() })
			.eq('id', data?.id ?? '');
		await expect(page).toHaveURL(/\/suspended/);
	});
});

test.describe('in the browser', () => {
	/** The browser's own window cannot be looked at: what it is asked to show is noted. */
	async function watch(page: Page): Promise<() => Promise<string[]>> {
		await page.addInitScript(() => {
			const shown: string[] = [];
			class Noted {
				static permission = 'default';
				static requestPermission = async () => (Noted.permission = 'granted');
				readonly place: number;
				constructor(text: string) {
					this.place = shown.push(text);
				}
			}
			Object.assign(window, { Notification: Noted, shown });
		});
		return () =>
			page.evaluate(() => ('shown' in window && Array.isArray(window.shown) ? window.shown : []));
	}
	const hide = (page: Page, hidden: boolean) =>
		page.evaluate((value) => {
			Object.defineProperty(document, 'hidden', { configurable: true, value });
		}, hidden);

	test('nothing is shown before the person asked for it, nor while they look', async ({ page }) => {
		const email = await register(page);
		const shown = await watch(page);
		await page.goto('/notifications');
		await hide(page, true);
		await notify(email, done('not asked for'));
		await expect(rows(page)).toHaveCount(1);
		expect(await shown()).toEqual([]);

		await page.getByRole('button', { name: 'Turn on' }).click();
		await expect(page.getByRole('button', { name: 'Turn off' })).toBeVisible();
		await notify(email, done('away'));
		await expect.poll(shown).toEqual(['The training of “away” is done.']);
		await hide(page, false);
		await notify(email, done('looking'));
		await expect(rows(page)).toHaveCount(3);
		await hide(page, true);
		await page.getByRole('button', { name: 'Turn off' }).click();
		await notify(email, done('turned off'));
		await expect(rows(page)).toHaveCount(4);
		expect(await shown()).toEqual(['The training of “away” is done.']);
	});
});

test.describe('a session that a form ends', () => {
	test('leads where the answer to the form says, also when it is told first', async ({ page }) => {
		const isStream = (each: { url(): string }) => new URL(each.url()).pathname === '/events';
		const opened = page.waitForResponse(isStream);
		await register(page);
		await opened;
		const stream = page.waitForEvent('requestfinished', isStream);
		await page.route('**/log-out', async (route) => {
			const answer = await route.fetch({ maxRedirects: 0 });
			await stream;
			// What the end of the stream leads to comes before this answer.
			await page.evaluate(() => fetch('/healthz'));
			await route.fulfill({ response: answer });
		});
		await page.getByRole('button', { name: 'Log out here' }).click();
		await expect(page.getByRole('status').filter({ hasText: 'You are logged out.' })).toBeVisible();
		await expect(page).toHaveURL('/');
	});
});
