import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.stop());

const email = 'owner@example.com';
const theirs = 'a stranger waits here';
const own = 'the owner came later';

it('nobody gets in by having signed up with somebody else’s email before them', async () => {
	const stranger = stage.visitor();
	await stranger.submit('/sign-up', { name: 'Mallory', email, password: theirs });
	// A day passes, and the owner of the address signs up without knowing.
	await stage.sql(
		`update auth.users set created_at = created_at - interval '1 day' where email = $1`,
		[email],
	);
	const owner = stage.visitor();
	await owner.submit('/sign-up', { name: 'Owner', email, password: own });
	const link = await stage.linkFor(email);
	const { searchParams } = new URL(link, stage.url);
	const confirmed = await owner.submit('/confirm', {
		token_hash: searchParams.get('token_hash') ?? '',
		type: searchParams.get('type') ?? '',
		next: searchParams.get('next') ?? '',
	});

	expect(confirmed.location).toMatch(/^\/reset-password/);
	const asked = await owner.follow(confirmed);
	expect(asked.html).toContain('Choose the password that counts from now on.');
	const chosen = await owner.submit(asked.path, { password: own, next: '/home' });
	expect((await owner.follow(chosen)).path).toBe('/home');

	const again = stage.visitor();
	expect((await again.submit('/log-in?/password', { email, password: theirs })).status).toBe(400);
	expect((await again.submit('/log-in?/password', { email, password: own })).location).toBe(
		'/home',
	);
});
