import { randomInt } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { createInbox } from './inbox.ts';

/** Where the mail of the app under test arrives. */
export const inbox = createInbox(process.env.INBOX_URL ?? '');

/** No browser may ever be told. */
const secret = process.env.BACKEND_SECRET_KEY;

type Fixtures = {
	/** What a test provokes on purpose; every other error on the browser's console fails it. */
	expectedErrors: RegExp | null;
};

export const test = base.extend<Fixtures>({
	expectedErrors: [null, { option: true }],

	// Everybody in a test has the same address, and no other test has it: limits for one never meet another.
	extraHTTPHeaders: async ({ baseURL: _baseURL }, use) => {
		await use({ 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` });
	},

	page: async ({ page, expectedErrors }, use) => {
		// A violated content security policy is told on the console too.
		const errors: string[] = [];
		page.on('console', (message) => {
			if (message.type() === 'error') errors.push(message.text());
		});
		page.on('pageerror', (error) => errors.push(String(error)));
		page.on('response', async (response) => {
			// A redirect has no body, and neither has what the page left behind.
			const body = await response.text().catch(() => '');
			const told = body + JSON.stringify(response.headers());
			if (!secret || told.includes(secret))
				errors.push(`The secret key is in the answer to ${response.url()}`);
		});
		await use(page);
		// What a test opened beside its own page would stay open, and at work, until the last test.
		const contexts = page.context().browser()?.contexts() ?? [];
		await Promise.all(
			contexts.filter((each) => each !== page.context()).map((each) => each.close()),
		);
		expect(errors.filter((error) => !expectedErrors?.test(error))).toEqual([]);
	},
});

/**
 * Opens a page in a tab whose session may just have ended: it goes to the log-in by itself as soon as it hears of that,
 * and two ways at once are one too many.
 */
export async function visit(page: Page, path: string): Promise<void> {
	await expect(async () => void (await page.goto(path))).toPass();
}

/** The page as it is now, in both themes, has nothing that axe objects to. */
export async function expectAccessible(page: Page): Promise<void> {
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		// A colour halfway through its transition has a contrast that nobody reads.
		await expect.poll(() => page.evaluate(endAnimations)).toBe(0);
		const { violations } = await new AxeBuilder({ page }).analyze();
		const found = violations.map(
			({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`,
		);
		expect(found, `axe in the ${colorScheme} theme`).toEqual([]);
	}
}

/** Takes all that moves to its end, and answers how much was moving. */
function endAnimations(): number {
	const moving = document.getAnimations();
	for (const animation of moving) {
		const endless = animation.effect?.getComputedTiming().endTime === Infinity;
		if (endless) animation.cancel();
		else animation.finish();
	}
	return moving.length;
}
