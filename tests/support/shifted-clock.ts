/** Loaded before a program (`node --import`): its clock is CLOCK_OFFSET seconds ahead, or behind when that is negative. */
const offset = Number(process.env.CLOCK_OFFSET) * 1000;

globalThis.Date = new Proxy(Date, {
	construct: (target, given, newTarget): object =>
		Reflect.construct(target, given.length > 0 ? given : [target.now() + offset], newTarget),
	get: (target, name): unknown =>
		name === 'now' ? () => target.now() + offset : Reflect.get(target, name),
});
