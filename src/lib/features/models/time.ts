/** To the minute, in UTC. */
export function toTime(at: string): string {
	return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
