import { afterAll, describe, expect, it } from 'vitest';
import {
	call,
	logIn,
	makeDataFolder,
	register,
	startAndKill,
	startBackend,
} from '../support/backend.ts';

const folder = makeDataFolder();
afterAll(() => folder.remove());

const kills = 20;

describe('an embedded backend that is killed while people write', () => {
	it(`loses no confirmed write in ${kills} kills, on PGlite`, async () => {
		let backend = await startBackend({ data: folder.data });
		const person = await register(backend, 'ada@example.com');
		const path = `/rest/v1/users?id=eq.${person.id}`;
		let confirmed = 0;
		let tried = 0;

		for (let round = 1; round <= kills; round += 1) {
			const { token } = await logIn(backend, person);
			const before = confirmed;
			// Killed in the middle of whatever is being written after a few confirmed writes.
			const enough = before + 5 + Math.floor(Math.random() * 20);
			let dead = false;
			while (!dead) {
				tried += 1;
				const write = call(backend, path, {
					method: 'PATCH',
					body: { name: `write ${tried}` },
					token,
				});
				const status = write.then(
					(answer) => answer.status,
					() => null,
				);
				if (confirmed >= enough) {
					await backend.kill();
					dead = true;
				}
				if ((await status) === 204) confirmed = tried;
			}
			expect(confirmed).toBeGreaterThan(before);

			backend = await startBackend({ data: folder.data });
			const { body } = await call(backend, `${path}&select=name`, { token });
			const kept = Number(/write (\d+)/.exec(JSON.stringify(body))?.[1]);
			expect(kept).toBeGreaterThanOrEqual(confirmed);
			expect(kept).toBeLessThanOrEqual(tried);
		}
		console.log(`${kills} kills, ${confirmed} confirmed writes, none lost`);
		await backend.stop();
	});

	it('starts again after being killed at any moment of its first start', async () => {
		for (const after of [300, 800, 1500, 2500]) {
			const fresh = makeDataFolder();
			await startAndKill(fresh.data, after);
			const backend = await startBackend({ data: fresh.data });
			expect((await call(backend, '/rest/v1/rpc/schema_version')).status).toBe(200);
			await backend.stop();
			fresh.remove();
		}
	});
});
