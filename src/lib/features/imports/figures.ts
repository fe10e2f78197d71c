export function inFigures(number: number): string {
	return number.toLocaleString('en-GB');
}

export function counted(number: number, one: string, many: string): string {
	return number === 1 ? `1 ${one}` : `${inFigures(number)} ${many}`;
}

export function inPrice(price: number): string {
	return price.toFixed(2);
}

/** “3 min 20 s”. */
export function duration(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
	return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function secondsBetween(from: string, to: string | Date): number {
	return (new Date(to).getTime() - Date.parse(from)) / 1000;
}

type Progress = { lines_done: number; lines_total: number; started_at: string | null };

/** Lines a second so far, and the seconds that are left at that rate; null while nobody can tell. */
export function paceOf(progress: Progress, now: string | Date) {
	const { lines_done: done, lines_total: total, started_at: start } = progress;
	const seconds = start === null ? 0 : secondsBetween(start, now);
	if (done === 0 || seconds < 0.5) return null;
	const rate = done / seconds;
	return { rate: Math.round(rate), left: (total - done) / rate };
}
