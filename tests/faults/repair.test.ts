/** What is left of a fault on sign-ups, and how an admin mends it in a browser: hundreds of accounts without a profile. */
import { chromium, expect, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { withFault } from './fault.ts';
import { confirm } from './journey.ts';
import { expectWhole } from './outcome.ts';

const executablePath = process.env.BROWSER_PATH ?? findBrowser();
/** The trigger finds no place for a profile, and records why. */
const refusing = {
	make: `alter table public.users add constraint broken_on_purpose check (source <> 'trigger') not valid;`,
	mend: 'alter table public.users drop constraint broken_on_purpose;',
};
/** More than two batches of a repair, and many pages of a list. */
const crowd = 249;

describe.skipIf(!executablePath)('accounts without a profile', () => {
	let stage: Stage;
	let browser: Browser;
	let page: Page;
	const stranded = newPerson('Grace');
	beforeAll(async () => {
		stage = await startStage();
		const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
		browser = await chromium.launch({ executablePath: executablePath ?? '', args });
		const admin = newPerson('Boss');
		await confirm(stage, admin);
		await stage.sql(`update public.users set role = 'admin' where email = $1`, [admin.email]);
		await withFault(stage, refusing, async () => {
			await confirm(stage, stranded);
			// The auth server takes its time for each password; the trigger is the same.
			await stage.sql(
				`insert into auth.users (id, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at)
				select gen_random_uuid(), 'lost-' || n || '@example.com', now(), '{"providers": ["email"]}', '{}', now() - n * interval '1 minute'
				from generate_series(1, ${crowd}) as n`,
			);
		});
		page = await open();
		await logIn(page, admin);
	});
	afterAll(async () => {
		await browser.close();
		await stage.stop();
	});

	/** A browser of its own, with an address of its own. */
	async function open(options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
		const context = await browser.newContext({
			baseURL: stage.url,
			extraHTTPHeaders: { 'x-forwarded-for': stage.visitor().address },
			...options,
		});
		return context.newPage();
	}

	async function logIn(at: Page, { email, password }: NewPerson): Promise<void> {
		await at.goto('/log-in');
		await at.getByLabel('Email').fill(email);
		await at.getByLabel('Password', { exact: true }).fill(password);
		await at.getByRole('main').getByRole('button', { name: 'Log in' }).click();
		await at.waitForURL('/home');
	}

	const rowsOf = (title: string) => page.getByRole('region', { name: title }).locator('tbody tr');
	const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text });
	const emailsOn = (at: Page) => at.locator('tbody td[data-label="Email"]').allInnerTexts();

	it('stand on the list with the reason, and their failures on pages', async () => {
		await page.goto('/admin/repair');
		await expect(rowsOf('Accounts without a profile')).toHaveCount(25);
		await expect(rowsOf('Accounts without a profile').first()).toContainText('23514');

		const seen: string[] = [];
		const older = page.getByRole('link', { name: 'Older ones' });
		for (let turned = 0; turned < 10; turned += 1) {
			await expect(rowsOf('Failures')).toHaveCount(25);
			seen.push(...(await rowsOf('Failures').locator('th').allInnerTexts()));
			if (turned === 9) break;
			const [last] = seen.slice(-1);
			await older.click();
			await expect(rowsOf('Failures').filter({ hasText: last ?? '' })).toHaveCount(0);
		}
		expect(new Set(seen).size).toBe(crowd + 1);
		await expect(older).toHaveCount(0);
		await page.getByRole('link', { name: 'The newest' }).click();
		await expect(rowsOf('Failures').filter({ hasText: seen[0] ?? '' })).toHaveCount(1);
	});

	it('are turned through with Next and Previous on the list of users', async () => {
		await page.goto('/admin/users?sort=email');
		const first = await emailsOn(page);
		expect(first).toHaveLength(25);
		await page.getByRole('link', { name: 'Next' }).click();
		await expect(page).toHaveURL(/after=/);
		await expect(page.getByText(first[0] ?? '', { exact: true })).toHaveCount(0);
		const second = await emailsOn(page);
		expect(second.filter((email) => first.includes(email))).toEqual([]);
		await page.getByRole('link', { name: 'Previous' }).click();
		await expect(page).toHaveURL(/before=/);
		await expect(page.getByText(first[0] ?? '', { exact: true })).toBeVisible();
		expect(await emailsOn(page)).toEqual(first);
		await expect(page.getByRole('link', { name: 'Previous' })).toHaveCount(0);
	});

	it('are repaired one by one', async () => {
		await page.goto('/admin/repair');
		const row = rowsOf('Accounts without a profile').filter({ hasText: stranded.email });
		await row.getByRole('button', { name: 'Repair' }).click();
		await expect(said('The profile is there now.')).toBeVisible();
		await expect(row).toHaveCount(0);
		await page.getByRole('link', { name: 'Resolved' }).click();
		await expect(rowsOf('Failures')).toHaveCount(1);
		await expect(rowsOf('Failures')).toContainText('by repair');
		await page.goto(`/admin/audit?act=profile_repaired&subject=${stranded.email}`);
		await expect(page.locator('tbody tr')).toHaveCount(1);
		expect((await expectWhole(stage, stranded)).source).toBe('repair');
	});

	it('are repaired all together, and one sees how far it is', async () => {
		await page.goto('/admin/repair', { waitUntil: 'networkidle' });
		const shown: string[] = [];
		await page.exposeFunction('note', (text: string) => shown.push(text));
		await page.evaluate(() => {
			new MutationObserver(() => {
				const label = document.querySelector('label:has(+ span)')?.textContent;
				if (label) Reflect.get(window, 'note')(label);
			}).observe(document.body, { childList: true, subtree: true, characterData: true });
		});
		await page.getByRole('button', { name: `Repair ${crowd} accounts` }).click();
		await expect(said(`${crowd} profiles made.`)).toBeVisible();
		await expect(page.getByText('Everybody has a profile.')).toBeVisible();
		expect(shown).toEqual(
			expect.arrayContaining(['0 repaired, 0 not', '100 repaired, 0 not', '200 repaired, 0 not']),
		);
		const [missing] = await stage.sql<{ count: number }>(
			`select count(*)::integer from auth.users as account
			where not exists (select from public.users where users.id = account.id)`,
		);
		expect(missing).toEqual({ count: 0 });
	});

	it('are repaired without JavaScript, a batch a click, and what cannot be is counted', async () => {
		await stage.sql(`delete from public.users where email like 'lost-1%'`);
		const plain = await open({ javaScriptEnabled: false });
		await plain.context().addCookies(await page.context().cookies());
		await withFault(
			stage,
			{
				make: `alter table public.users add constraint broken_too check (email <> 'lost-1@example.com') not valid;`,
				mend: 'alter table public.users drop constraint broken_too;',
			},
			async () => {
				await plain.goto('/admin/repair');
				await plain.getByRole('button', { name: 'Repair 111 accounts' }).click();
				await expect(plain.getByRole('progressbar')).toBeVisible();
				await plain.getByRole('button', { name: 'Go on' }).click();
				await expect(plain.getByText('110 profiles made. 1 account has none still.')).toBeVisible();
			},
		);
		await expect(
			plain.getByRole('region', { name: 'Accounts without a profile' }).locator('tbody tr'),
		).toHaveCount(1);
	});
});
