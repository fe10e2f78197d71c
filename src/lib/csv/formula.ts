/**
 * Spreadsheets would run a cell that begins like a formula, some also in full-width characters: an apostrophe makes it text. One that stands there already
 * gets another one, so that what was written can be told from what was put before it.
 */
export function disarm(text: string): string {
	return /^'*[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
}

/** What `disarm` was given. */
export function rearm(text: string): string {
	return /^'+[=+\-@＝＋－＠\t\r\n]/.test(text) ? text.slice(1) : text;
}
