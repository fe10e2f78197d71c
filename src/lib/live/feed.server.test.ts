import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer, Question } from './answer.ts';
import { createFeed, type Feed, type Stream } from './feed.server.ts';

/** The database: what it is asked, and what it answers next. */
let questions: Question[];
let next: Partial<Answer> | Error;
let reports: string[];
let feed: Feed;

beforeEach(() => {
	vi.useFakeTimers();
	questions = [];
	reports = [];
	next = {};
	feed = createFeed(
		async (question) => {
			questions.push(question);
			const given = next;
			if (given instanceof Error) throw given;
			next = {};
			return {
				cursor: { seen: String(questions.length), at: 'now' },
				id: `id-${questions.length}`,
				events: [],
				reload: false,
				ended: [],
				joined: question.joining.map(({ session }) => ({ user_id: `of ${session}`, missed: [] })),
				unread: {},
				...given,
			};
		},
		(event) => reports.push(event),
	);
});

afterEach(() => vi.useRealTimers());

function join(session: string, since: string | null = null) {
	const heard: string[] = [];
	const stream: Stream & { reads: boolean; closed: boolean } = {
		session,
		since,
		reads: true,
		closed: false,
		send(text) {
			heard.push(text);
			return this.reads;
		},
		close() {
			this.closed = true;
		},
	};
	return { heard, stream, leave: feed.join(stream) };
}

const event = (id: number, session: string) => ({
	id,
	user_id: `of ${session}`,
	topic: 'training',
	subject_id: null,
	data: {},
	at: 'now',
});

test('nobody listens: nothing is asked', async () => {
	await vi.advanceTimersByTimeAsync(60_000);
	expect(questions).toEqual([]);
});

test('a thousand join: they are one question', async () => {
	for (let count = 0; count < 1000; count += 1) join(`s${count}`);
	await vi.advanceTimersByTimeAsync(100);
	expect(questions).toHaveLength(1);
	expect(questions[0]?.joining).toHaveLength(1000);
	await vi.advanceTimersByTimeAsync(1000);
	expect(questions[1]).toMatchObject({ after: { seen: '1' }, joining: [] });
	expect(questions[1]?.sessions).toHaveLength(1000);
});

test('while things happen: a question a second, however many join', async () => {
	join('a');
	for (let tenth = 0; tenth < 100; tenth += 1) {
		next = { events: [event(tenth, 'a')] };
		join(`s${tenth}`);
		await vi.advanceTimersByTimeAsync(100);
	}
	expect(questions.length).toBeGreaterThanOrEqual(10);
	expect(questions.length).toBeLessThanOrEqual(11);
});

test('while nothing happens: less and less often, and again every second when something does', async () => {
	join('a');
	await vi.advanceTimersByTimeAsync(30_000);
	const before = questions.length;
	await vi.advanceTimersByTimeAsync(50_000);
	expect(questions.length - before).toBe(10);
	next = { events: [event(1, 'a')] };
	await vi.advanceTimersByTimeAsync(5000);
	const after = questions.length;
	await vi.advanceTimersByTimeAsync(1000);
	expect(questions.length).toBeGreaterThan(after);
});

test('the last one leaves: nothing is asked any more, and the next one begins anew', async () => {
	const { leave } = join('a');
	await vi.advanceTimersByTimeAsync(3000);
	leave();
	leave();
	const before = questions.length;
	await vi.advanceTimersByTimeAsync(60_000);
	expect(questions).toHaveLength(before);
	join('b', '7-7');
	await vi.advanceTimersByTimeAsync(0);
	expect(questions.at(-1)).toEqual({
		after: null,
		sessions: [],
		joining: [{ session: 'b', since: '7-7' }],
	});
});

test('everybody hears of their own and of nothing else', async () => {
	const [a, b] = [join('a'), join('b')];
	await vi.advanceTimersByTimeAsync(0);
	a.heard.length = b.heard.length = 0;
	next = { events: [event(1, 'a'), event(2, 'b'), event(3, 'a')], unread: { 'of b': 4 } };
	await vi.advanceTimersByTimeAsync(1000);
	expect(a.heard.join('')).toMatch(/"id":1.*"id":3.*\n\nid: id-2\nevent: beat\n/s);
	expect(a.heard.join('')).not.toMatch(/"id":2|unread/);
	expect(b.heard.join('')).toMatch(/"id":2.*event: unread\ndata: 4\n\nid: id-2\nevent: beat\n/s);
});

test('who joins hears what they missed, and what comes in the same answer once', async () => {
	join('a');
	await vi.advanceTimersByTimeAsync(0);
	const second = join('a', '1-1');
	next = {
		events: [event(1, 'a')],
		joined: [{ user_id: 'of a', missed: [{ ...event(1, 'a') }] }],
	};
	await vi.advanceTimersByTimeAsync(1000);
	expect(second.heard.join('').match(/"id":1/g)).toHaveLength(1);
});

test('what cannot be made up for is told as such', async () => {
	const a = join('a', 'nonsense');
	next = { joined: [{ user_id: 'of a', missed: null }] };
	await vi.advanceTimersByTimeAsync(0);
	expect(a.heard.join('')).toContain('event: reload\n');
	a.heard.length = 0;
	next = { reload: true };
	await vi.advanceTimersByTimeAsync(5000);
	expect(a.heard.join('')).toContain('event: reload\n');
});

test('a session that is over hears nothing but that, also when it has just joined', async () => {
	const a = join('a');
	await vi.advanceTimersByTimeAsync(0);
	a.heard.length = 0;
	const late = join('a');
	next = { ended: ['a'], events: [event(1, 'a')], joined: [null] };
	await vi.advanceTimersByTimeAsync(1000);
	for (const { heard, stream } of [a, late]) {
		expect(heard).toEqual(['event: end\ndata: -\n\n']);
		expect(stream.closed).toBe(true);
	}
	expect(feed.count()).toBe(0);
});

test('the database is away: the streams stay, it is asked now and then, and told once', async () => {
	const a = join('a');
	await vi.advanceTimersByTimeAsync(0);
	a.heard.length = 0;
	next = new Error('away');
	await vi.advanceTimersByTimeAsync(30_000);
	expect(questions.length).toBeLessThanOrEqual(8);
	const late = join('b');
	await vi.advanceTimersByTimeAsync(30_000);
	expect([a.stream.closed, late.stream.closed]).toEqual([false, false]);
	expect(a.heard.join('')).toMatch(/^(event: beat\ndata: -\n\n)+$/);
	expect(reports).toEqual(['live.away']);
	next = { events: [event(1, 'a')] };
	await vi.advanceTimersByTimeAsync(5000);
	expect(reports).toEqual(['live.away', 'live.back']);
	expect(a.heard.join('')).toContain('"id":1');
	// What the new tab may have missed meanwhile is not in the last minute.
	expect(questions.flatMap(({ joining }) => joining).at(-1)).toEqual({ session: 'b', since: '' });
});

test('the database was away when the last one left: the next one is served', async () => {
	const { leave } = join('a');
	next = new Error('away');
	await vi.advanceTimersByTimeAsync(0);
	leave();
	next = {};
	const b = join('b');
	await vi.advanceTimersByTimeAsync(1000);
	expect(b.heard.join('')).toContain('id: id-2');
});

test('whoever does not read is let go', async () => {
	const [a, b] = [join('a'), join('b')];
	await vi.advanceTimersByTimeAsync(0);
	a.stream.reads = false;
	next = { events: [event(1, 'a'), event(2, 'b')] };
	await vi.advanceTimersByTimeAsync(1000);
	expect([a.stream.closed, b.stream.closed]).toEqual([true, false]);
	expect(feed.count()).toBe(1);
});

test('each stream hears that it is alive, and where it is', async () => {
	const a = join('a');
	await vi.advanceTimersByTimeAsync(19_000);
	a.heard.length = 0;
	await vi.advanceTimersByTimeAsync(1000);
	expect(a.heard.join('')).toMatch(/^id: id-\d+\nevent: beat\ndata: -\n\n$/);
});

test('the process ends: all streams close', async () => {
	const [a, b] = [join('a'), join('b')];
	await vi.advanceTimersByTimeAsync(0);
	feed.close();
	expect([a.stream.closed, b.stream.closed, feed.count()]).toEqual([true, true, 0]);
	const asked = questions.length;
	await vi.advanceTimersByTimeAsync(60_000);
	expect(questions).toHaveLength(asked);
});
