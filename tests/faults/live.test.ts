/** The stream of events: everybody's own, all of them, in order, and not a moment longer than they may hear it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, makeMembers, type Listener, type Member } from '../support/listener.ts';
import { startPostgres } from '../support/postgres.ts';
import { startStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { withFault, withNetwork } from './fault.ts';

const server = await startPostgres();
let stage: Stage;
beforeAll(async () => {
	stage = await startStage(server?.url);
});
afterAll(async () => {
	await stage.stop();
	await server?.stop();
});

async function makeMember(): Promise<Member> {
	const [member] = await makeMembers(stage, 1);
	if (!member) throw new Error('Nobody was made.');
	return member;
}

const tell = ({ id }: Member, note: string) =>
	stage.sql(`select private.tell($1, 'test', null, jsonb_build_object('note', $2::text))`, [
		id,
		note,
	]);
const notes = ({ events }: Listener) => events.map(({ data }) => String(data['note']));
const heard = (listener: Listener, note: string) =>
	until(`“${note}” to arrive`, async () => notes(listener).includes(note));
const told = (listener: Listener, what: string) =>
	until(`“${what}” to be told`, async () => listener.told.includes(what));
const ended = (listener: Listener) => until('the stream to end', async () => listener.ended());

it.concurrent(
	'tells a person what happens to their things, in each of their tabs, and nobody else',
	async () => {
		const [ann, bob] = [await makeMember(), await makeMember()];
		const tabs = [await listen(stage, ann.visitor), await listen(stage, ann.visitor)];
		const other = await listen(stage, bob.visitor);
		await Promise.all([...tabs, other].map((listener) => listener.joined()));
		await tell(ann, 'for Ann');
		await tell(bob, 'for Bob');
		for (const tab of tabs) {
			await heard(tab, 'for Ann');
			expect(notes(tab)).toEqual(['for Ann']);
		}
		await heard(other, 'for Bob');
		expect(notes(other)).toEqual(['for Bob']);
		[...tabs, other].forEach((listener) => listener.close());
	},
);

it.concurrent(
	'tells the number of unread notifications at once, and whenever it changes',
	async () => {
		const ann = await makeMember();
		const notify = () => stage.sql(`select private.notify($1, 'training.done', '{}')`, [ann.id]);
		await notify();
		const tab = await listen(stage, ann.visitor);
		await told(tab, 'unread 1');
		await notify();
		await told(tab, 'unread 2');
		await stage.sql('update public.notifications set read_at = now() where user_id = $1', [ann.id]);
		await told(tab, 'unread 0');
		tab.close();
	},
);

it.concurrent(
	'tells what happened shortly before: the page was rendered a moment earlier',
	async () => {
		const ann = await makeMember();
		await tell(ann, 'while the page loads');
		const tab = await listen(stage, ann.visitor);
		await heard(tab, 'while the page loads');
		tab.close();
	},
);

it.concurrent('goes on where it broke off', async () => {
	const ann = await makeMember();
	const first = await listen(stage, ann.visitor);
	await first.joined();
	await tell(ann, 'before');
	await heard(first, 'before');
	first.close();
	const since = first.lastId() ?? '';
	for (let count = 1; count <= 5; count += 1) await tell(ann, `meanwhile ${count}`);
	const second = await listen(stage, ann.visitor, since);
	await second.joined();
	await tell(ann, 'afterwards');
	await heard(second, 'afterwards');
	expect(notes(second)).toEqual([
		...[1, 2, 3, 4, 5].map((count) => `meanwhile ${count}`),
		'afterwards',
	]);
	expect(second.told).not.toContain('reload -');
	second.close();
});

it.concurrent.each(['', 'nonsense', '5-5', '99999999999999999-9999999999', `' or true --`])(
	'lets a page that comes back with “%s” load anew',
	async (since) => {
		const ann = await makeMember();
		const tab = await listen(stage, ann.visitor, since);
		await told(tab, 'reload -');
		tab.close();
	},
);

describe('attacks', () => {
	it.concurrent('nobody hears of others, whatever they come back with', async () => {
		const [ann, eve] = [await makeMember(), await makeMember()];
		const hers = await listen(stage, ann.visitor);
		await hers.joined();
		await tell(ann, 'secret before');
		await heard(hers, 'secret before');
		const ids = ['0-9999999999', '1-9999999999', hers.lastId() ?? '', ''];
		const tabs = await Promise.all(ids.map((since) => listen(stage, eve.visitor, since)));
		await Promise.all(tabs.map((tab) => tab.joined()));
		await tell(ann, 'secret after');
		await heard(hers, 'secret after');
		await tell(eve, 'hers');
		for (const tab of tabs) {
			await heard(tab, 'hers');
			expect(notes(tab)).toEqual(['hers']);
			tab.close();
		}
		hers.close();
	});

	it.concurrent(
		'a person cannot ask the feed itself, tell anything, or read the outbox, with their own token',
		async () => {
			const [ann, eve] = [await makeMember(), await makeMember()];
			const ask = (path: string, body?: object, profile?: string) =>
				fetch(`${stage.proxy.url}/rest/v1/${path}`, {
					method: body ? 'POST' : 'GET',
					headers: {
						apikey: stage.backend.publishableKey,
						authorization: `Bearer ${eve.token}`,
						'content-type': 'application/json',
						...(profile ? { 'accept-profile': profile, 'content-profile': profile } : {}),
					},
					...(body ? { body: JSON.stringify(body) } : {}),
				});
			const feed = await ask('rpc/live_feed', {
				after: null,
				sessions: [ann.session],
				joining: [],
			});
			expect(feed.status).toBe(403);
			for (const [path, body] of [
				['events', undefined],
				['rpc/tell', { p_user_id: ann.id, p_topic: 'x', p_subject_id: null, p_data: {} }],
				['rpc/notify', { p_user_id: ann.id, p_kind: 'a.b', p_data: {} }],
			] as const) {
				for (const profile of [undefined, 'private']) {
					expect((await ask(path, body, profile)).ok, `${path} in ${profile}`).toBe(false);
				}
			}
			const own = await ask('notifications', { user_id: ann.id, kind: 'card.done' });
			expect(own.status).toBe(403);
		},
	);

	it.concurrent('a guest hears nothing, nor does somebody with a forged token', async () => {
		const ann = await makeMember();
		expect((await listen(stage, stage.visitor())).status).toBe(204);
		const [head, , signature] = ann.token.split('.');
		const claims = Buffer.from(JSON.stringify({ sub: ann.id, session_id: ann.session }));
		ann.visitor.cookies.clear();
		ann.visitor.cookies.set(
			'session',
			`base64-${Buffer.from(
				JSON.stringify({
					access_token: `${head}.${claims.toString('base64url')}.${signature}`,
					refresh_token: 'made-up-12345',
					expires_at: Math.floor(Date.now() / 1000) + 3600,
				}),
			).toString('base64url')}`,
		);
		expect((await listen(stage, ann.visitor)).status).toBe(204);
	});

	it.concurrent('one person cannot take all the streams', async () => {
		const ann = await makeMember();
		const tabs: Listener[] = [];
		for (let count = 0; count < 20; count += 1) tabs.push(await listen(stage, ann.visitor));
		expect((await listen(stage, ann.visitor)).status).toBe(429);
		expect((await listen(stage, (await makeMember()).visitor)).status).toBe(200);
		tabs.pop()?.close();
		await until('a place to be free', async () => {
			const tab = await listen(stage, ann.visitor);
			tabs.push(tab);
			return tab.status === 200;
		});
		tabs.forEach((tab) => tab.close());
	});
});

it.concurrent.each([
	['logs out there', 'delete from auth.sessions where user_id = $1'],
	['is suspended', 'update public.users set suspended_at = now() where id = $1'],
	['is deleted', 'delete from auth.users where id = $1'],
	['is banned', `update auth.users set banned_until = now() + interval '1 day' where id = $1`],
])('ends for a person who %s, with nothing more told, and does not begin again', async (_, sql) => {
	const [ann, bob] = [await makeMember(), await makeMember()];
	const [hers, his] = [await listen(stage, ann.visitor), await listen(stage, bob.visitor)];
	await Promise.all([hers.joined(), his.joined()]);
	await stage.script(
		`do $do$ begin perform private.tell('${ann.id}', 'test', null, '{"note": "too late"}'); ${sql.replace(
			'$1',
			`'${ann.id}'`,
		)}; end; $do$`,
	);
	await told(hers, 'end -');
	expect(await ended(hers)).toBe('in order');
	expect(notes(hers)).toEqual([]);
	expect((await listen(stage, ann.visitor)).status).toBe(204);
	await tell(bob, 'goes on');
	await heard(his, 'goes on');
	his.close();
});

it('keeps the streams while the database is away, and tells then what happened', async () => {
	const ann = await makeMember();
	const tab = await listen(stage, ann.visitor);
	await tab.joined();
	let refused = 0;
	await withNetwork(
		stage,
		({ path }) => {
			if (!path.includes('live_feed')) return 'pass';
			refused += 1;
			return 'cut';
		},
		async () => {
			await tell(ann, 'meanwhile');
			await until('the feed to have tried again', async () => refused >= 2);
		},
	);
	await heard(tab, 'meanwhile');
	expect(tab.ended()).toBeNull();
	expect(tab.told).not.toContain('reload -');
	tab.close();
});

it('does not begin for a person who logs out while it is being opened', async () => {
	const ann = await makeMember();
	await withNetwork(
		stage,
		async ({ path }): Promise<'pass'> => {
			if (path.includes('live_session'))
				await stage.sql('delete from auth.sessions where user_id = $1', [ann.id]);
			return 'pass';
		},
		async () => {
			expect((await listen(stage, ann.visitor)).status).toBe(204);
		},
	);
});

it('says so when the database does not let people ask for their session: that is no end of one', async () => {
	const ann = await makeMember();
	const status = await withFault(
		stage,
		{
			make: 'revoke execute on function public.live_session() from authenticated;',
			mend: 'grant execute on function public.live_session() to authenticated;',
		},
		async () => (await listen(stage, ann.visitor)).status,
	);
	expect(status).toBe(403);
	const tab = await listen(stage, ann.visitor);
	expect(tab.status).toBe(200);
	tab.close();
});

it.each([{ SUPABASE_SECRET_KEY: '' }, { LIVE_UPDATES: 'off' }])(
	'is not there with %j: the browser is told not to come back',
	async (env) => {
		const ann = await makeMember();
		const door = await stage.openDoor(env);
		const tab = await listen(door, ann.visitor);
		expect(tab.status).toBe(204);
		await door.stop();
	},
);

it('ends in order when the process is told to stop, and goes on at another one', async () => {
	const ann = await makeMember();
	const door = await stage.openDoor({});
	const tab = await listen(door, ann.visitor);
	await tab.joined();
	await Promise.all([door.stop(), ended(tab)]);
	expect(tab.ended()).toBe('in order');
	await tell(ann, 'meanwhile');
	const next = await listen(stage, ann.visitor, tab.lastId() ?? '');
	await heard(next, 'meanwhile');
	next.close();
});

describe.skipIf(!server)('many writers at once, on PostgreSQL', () => {
	it('everything arrives once and in the order of each writer, also through breaks and beside a long transaction', async () => {
		if (!server) return;
		const [ann, bob] = [await makeMember(), await makeMember()];
		const sql = server.connect({ max: 12 });
		const [writers, rounds] = [8, 25];
		const long = await sql.reserve();
		await long`begin`;
		await long`select private.tell(${ann.id}, 'test', null, '{"note": "long"}')`;

		const all: { event: { id: number }; note: string }[] = [];
		let since: string | undefined;
		let writing = true;
		const keep = (tab: Listener) =>
			all.push(...tab.events.map((event) => ({ event, note: String(event.data['note']) })));
		const his = await listen(stage, bob.visitor);
		const listening = (async () => {
			while (writing) {
				const tab = await listen(stage, ann.visitor, since);
				await tab.joined();
				const before = tab.lastId();
				await until('something more', async () => tab.lastId() !== before || !writing);
				tab.close();
				keep(tab);
				since = tab.lastId() ?? undefined;
			}
		})();
		const write = async (writer: number) => {
			for (let round = 0; round < rounds; round += 1) {
				await sql.begin(async (transaction) => {
					for (const part of ['a', 'b']) {
						const note = `${writer}-${String(round).padStart(3, '0')}${part}`;
						await transaction`select private.tell(${ann.id}, 'test', null, ${transaction.json({ note })})`;
						await transaction`select pg_sleep(random() * 0.05)`;
					}
				});
			}
		};
		await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
		const total = writers * rounds * 2;
		// Nobody waits for the long one.
		await until(
			'the last words of all',
			async () => new Set(all.map(({ note }) => note)).size === total,
			60,
		);
		await long`commit`;
		long.release();
		const last = await listen(stage, ann.visitor, since);
		await heard(last, 'long');
		writing = false;
		await listening;
		keep(last);
		last.close();
		his.close();

		const seen = new Set<number>();
		const once = all.filter(({ event: { id } }) => !seen.has(id) && seen.add(id));
		const of = (writer: string) =>
			once.map(({ note }) => note).filter((note) => note.startsWith(writer));
		for (let writer = 0; writer < writers; writer += 1) {
			const said = of(`${writer}-`);
			expect(said).toHaveLength(rounds * 2);
			expect(said).toEqual(said.toSorted());
		}
		expect(of('long')).toEqual(['long']);
		expect(notes(his)).toEqual([]);
	});
});
