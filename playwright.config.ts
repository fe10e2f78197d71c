import { defineConfig, devices } from '@playwright/test';

const isRoot = process.getuid?.() === 0;

/** Set by tests/run.ts; without it, Playwright's own Chromium. */
const executablePath = process.env.BROWSER_PATH;

/**
 * Every test runs on a desktop. Those tagged `@phone` also run on a phone's screen,
 * and those tagged `@no-script` also with JavaScript off.
 */
export default defineConfig({
	testDir: 'tests/e2e',
	testMatch: '**/*.e2e.ts',
	globalSetup: './tests/support/e2e-setup.ts',
	fullyParallel: true,
	forbidOnly: true,
	workers: 2,
	// For what hangs: a page takes a second, but a busy machine may take many.
	timeout: 300_000,
	expect: { timeout: 60_000 },
	use: {
		baseURL: process.env.APP_URL,
		screenshot: 'only-on-failure',
		launchOptions: {
			...(executablePath ? { executablePath } : {}),
			args: ['--disable-background-networking', ...(isRoot ? ['--no-sandbox'] : [])],
		},
	},
	projects: [
		{ name: 'desktop', use: devices['Desktop Chrome'] },
		{ name: 'phone', grep: /@phone/, use: devices['Pixel 7'] },
		{
			name: 'no script',
			grep: /@no-script/,
			use: { ...devices['Desktop Chrome'], javaScriptEnabled: false },
		},
	],
});
