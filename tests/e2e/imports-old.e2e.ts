import { expect } from '@playwright/test';
import { createClient } from '@supabase/supabase-js';
import type { Database } from '../../src/lib/supabase/database.types.ts';
import {
	makeOrganization,
	register,
	run,
	send,
	waitForStatus,
} from '../support/imports-journey.ts';
import { test } from '../support/test.ts';

/** What only time does otherwise. */
const worker = createClient<Database>(
	process.env.BACKEND_URL ?? 'http://localhost',
	process.env.BACKEND_SECRET_KEY ?? 'none',
	{ auth: { persistSession: false, autoRefreshToken: false } },
);

// A refusal is a page with such a status, and the console says so.
test.use({ expectedErrors: /status of 409/ });

test('of an import with 20 newer ones the figures are kept, and the page says what is not', async ({
	page,
}) => {
	await register(page);
	await makeOrganization(page);
	await send(page, 'old.csv', 'sku,name,quantity\nA-1,Hammer,many\nA-2,Saw,2\n');
	await run(page);
	const old = page.url();
	await waitForStatus(page, 'Done');
	await expect(page.getByRole('link', { name: 'Download the refused lines' })).toBeVisible();

	const { data, error } = await worker
		.from('scheduled_jobs')
		.select('organization_id, file_id, mapping')
		.eq('id', new URL(old).pathname.split('/').at(-1) ?? '')
		.single();
	if (error) throw error;
	const newer = Array.from({ length: 20 }, () => ({ ...data, status: 'done' }));
	expect((await worker.from('scheduled_jobs').insert(newer)).error).toBeNull();
	const later = await page.context().newPage();
	await send(later, 'new.csv', 'sku,name\nB-1,Rake\n');
	await run(later);
	await waitForStatus(later, 'Done');

	// What is open still shows what could be done before.
	const refused = await page.request.get(`${old}/refused.csv`);
	expect(refused.status()).toBe(409);
	expect(await refused.text()).toContain('only the 20 newest');
	await page.getByText('Undo …').click();
	await page.getByRole('button', { name: 'Undo the import' }).click();
	await expect(page.getByText('This import is too old').first()).toBeVisible();

	await page.reload();
	const main = page.getByRole('main');
	await expect(main).toContainText('1 line was not stored. Only another run can say which.');
	await expect(main).toContainText('Only the 20 newest imports keep their refused lines');
	await expect(page.getByRole('link', { name: 'Download the refused lines' })).toHaveCount(0);
	await expect(page.getByText('Undo …')).toHaveCount(0);
	await expect(page.getByRole('link', { name: 'Run again …' })).toBeVisible();
});
