/** The faults that a person would see, seen in a browser. */
import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { newPerson, type NewPerson } from '../support/people.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { declared, noTrigger, withFault, withNetwork } from './fault.ts';
import { expectWhole } from './outcome.ts';

const executablePath = process.env.BROWSER_PATH ?? findBrowser();
const raising = {
	make: `create or replace function public.handle_new_user() returns trigger
		language plpgsql as $$ begin raise exception 'broken on purpose'; end; $$;`,
	mend: declared('create function public.handle_new_user()'),
};

describe.skipIf(!executablePath)('in a browser', () => {
	let stage: Stage;
	let browser: Browser;
	beforeAll(async () => {
		stage = await startStage();
		const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
		browser = await chromium.launch({ executablePath: executablePath ?? '', args });
	});
	afterAll(async () => {
		await browser.close();
		await stage.stop();
	});

	/** A browser of its own, with an address of its own. */
	async function open(): Promise<Page> {
		const context = await browser.newContext({
			baseURL: stage.url,
			extraHTTPHeaders: { 'x-forwarded-for': stage.visitor().address },
		});
		return context.newPage();
	}

	async function fillSignUp(page: Page, { name, email, password }: NewPerson): Promise<void> {
		await page.goto('/sign-up');
		await page.getByLabel('Name').fill(name);
		await page.getByLabel('Email').fill(email);
		await page.getByLabel('Password', { exact: true }).fill(password);
	}

	const send = (page: Page) =>
		page.getByRole('main').getByRole('button', { name: 'Sign up' }).click();

	async function signUp(page: Page, person: NewPerson): Promise<void> {
		await fillSignUp(page, person);
		await send(page);
		await page.waitForURL('/check-email');
	}

	async function press(page: Page, { email }: NewPerson): Promise<void> {
		await page.goto(await stage.linkFor(email));
		await page.getByRole('button', { name: 'Confirm my email' }).click();
	}

	async function expectHome(page: Page, { name }: NewPerson): Promise<void> {
		await page.waitForURL('/home');
		await page.getByRole('heading', { name: `Welcome, ${name}` }).waitFor();
	}

	it('fault 1: the form says to try again, keeps what was typed, and works once the trigger is mended', async () => {
		const person = newPerson();
		const page = await open();
		await withFault(stage, raising, async () => {
			await fillSignUp(page, person);
			await send(page);
			await page.getByRole('alert').getByText('sign up again. That is safe.').waitFor();
			expect(await page.getByLabel('Email').inputValue()).toBe(person.email);
		});
		await page.getByLabel('Password', { exact: true }).fill(person.password);
		await send(page);
		await page.waitForURL('/check-email');
		await press(page, person);
		await expectHome(page, person);
		await expectWhole(stage, person);
	});

	it('faults 2 and 7: without a trigger, the link in another browser still ends with a profile', async () => {
		const person = newPerson();
		const first = await open();
		const second = await open();
		await withFault(stage, noTrigger, async () => {
			await signUp(first, person);
			await press(second, person);
			await expectHome(second, person);
		});
		expect((await expectWhole(stage, person)).source).toBe('fallback');
	});

	it('fault 9: a link that was used says so, and leads to the log-in', async () => {
		const person = newPerson();
		const page = await open();
		await signUp(page, person);
		await press(page, person);
		await expectHome(page, person);
		const other = await open();
		await press(other, person);
		await other.getByRole('heading', { name: 'This link no longer works' }).waitFor();
		await other.getByRole('main').getByRole('link', { name: 'Log in' }).click();
		await other.waitForURL(/\/log-in/);
		await expectWhole(stage, person);
	});

	it('fault 12: a button pressed twice, in two tabs, makes one account and ends on one page', async () => {
		const person = newPerson();
		const tab = await open();
		const other = await tab.context().newPage();
		for (const page of [tab, other]) await fillSignUp(page, person);
		const button = (page: Page) =>
			page.getByRole('main').getByRole('button', { name: 'Sign up' }).dblclick();
		await Promise.all([tab, other].map(button));
		for (const page of [tab, other]) await page.waitForURL('/check-email');
		await press(tab, person);
		await expectHome(tab, person);
		await expectWhole(stage, person);
	});

	it('fault 24: a calm page while the installation is broken, and home once it is mended', async () => {
		const person = newPerson();
		const page = await open();
		await withFault(stage, noTrigger, () => signUp(page, person));
		const broken = {
			make: 'drop policy insert_own on public.users;',
			mend: declared('create policy insert_own on public.users'),
		};
		await withFault(stage, broken, async () => {
			await press(page, person);
			await page.getByRole('heading', { name: 'Almost there' }).waitFor();
		});
		await page.getByRole('link', { name: 'Try again' }).click();
		await expectHome(page, person);
		await expectWhole(stage, person);
	});

	it('fault 30: the backend is away: an error page for whoever is logged in, who stays logged in', async () => {
		const person = newPerson();
		const page = await open();
		await signUp(page, person);
		await press(page, person);
		await expectHome(page, person);
		await withNetwork(
			stage,
			() => 'cut',
			async () => {
				for (const path of ['/home', '/']) {
					expect((await page.goto(path))?.status()).toBe(503);
					await page.getByRole('heading', { name: 'Please try again in a moment.' }).waitFor();
					expect(await page.getByRole('link', { name: 'Sign up' }).count()).toBe(0);
				}
			},
		);
		await page.goto('/home');
		await expectHome(page, person);
		await expectWhole(stage, person);
	});
});
