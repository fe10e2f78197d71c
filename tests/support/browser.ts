/** Finds a Chromium that runs, or installs one. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = [
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable',
	'microsoft-edge',
];

const PLACES = [
	'/snap/bin/chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
	...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
		.filter((folder) => folder !== undefined)
		.flatMap((folder) => [
			join(folder, 'Google/Chrome/Application/chrome.exe'),
			join(folder, 'Microsoft/Edge/Application/msedge.exe'),
		]),
];

const PACKAGE_MANAGERS = [
	{
		program: 'apt-get',
		command: 'apt-get update && apt-get install -y --no-install-recommends chromium',
	},
	{ program: 'dnf', command: 'dnf install -y chromium' },
	{ program: 'apk', command: 'apk add chromium' },
];

const INSTALL_LIMIT = 5 * 60_000;

/** The path of a browser that runs, or null. */
export function findBrowser(): string | null {
	const onPath = NAMES.flatMap((name) => placesOnPath(name));
	return [chromium.executablePath(), ...onPath, ...PLACES].find(runs) ?? null;
}

/** The path of a browser that runs; installs one when there is none. */
export function requireBrowser(): string {
	const found = findBrowser() ?? install('npx playwright install chromium') ?? installAsRoot();
	if (!found) {
		throw new Error(
			'The browser tests need Chromium, Chrome or Edge and none could be found or installed: ' +
				'install one, for example with `npx playwright install --with-deps chromium`, and run them again.',
		);
	}
	return found;
}

function installAsRoot(): string | null {
	if (process.getuid?.() !== 0) return null;
	const manager = PACKAGE_MANAGERS.find(({ program }) => placesOnPath(program).some(existsSync));
	return manager ? install(manager.command) : null;
}

function install(command: string): string | null {
	console.log(`No browser yet: ${command}`);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	spawnSync(command, { shell: true, stdio: 'inherit', timeout: INSTALL_LIMIT, env });
	return findBrowser();
}

function placesOnPath(name: string): string[] {
	const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	return folders.map((folder) => join(folder, name));
}

/** A file alone proves little: it may lack libraries, or only tell people to install something else. */
function runs(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
	} catch {
		return false;
	}
	// On Windows a browser that is asked for its version opens a window.
	return process.platform === 'win32' || spawnSync(path, ['--version']).status === 0;
}
