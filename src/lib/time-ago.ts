const units = [
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
] as const;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** How long ago something was: the same in every time zone, which the server does not know. */
export function timeAgo(then: string, now: Date): string {
	const seconds = (now.getTime() - Date.parse(then)) / 1000;
	const [unit, length] = units.find(([, least]) => seconds >= least) ?? [];
	return unit ? words.format(-Math.floor(seconds / length), unit) : 'a moment ago';
}
