import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';

/** How many bytes of JavaScript a page sends, gzipped, whether or not the server compresses. */
export async function weighJavaScript(page: Page, path: string): Promise<number> {
	const bodies: Promise<Buffer>[] = [];
	page.on('response', (response) => {
		if (response.request().resourceType() === 'script') bodies.push(response.body());
	});
	await page.goto(path, { waitUntil: 'networkidle' });
	const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
	return sizes.reduce((sum, size) => sum + size, 0);
}
