const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

/**
 * The plain text of a mail, made from its HTML. The auth server's own text is not used: its links lead to the auth
 * server, where opening them would consume them, and not to the app.
 */
export function textOf(html: string): string {
	return html
		.replace(/<(head|style|title)\b.*?<\/\1>/gis, '')
		.replace(/\s+/g, ' ')
		.replace(/<(br|\/p|\/h\d|\/tr|\/div)\b[^>]*>/gi, '\n')
		.replace(/<[^>]+>/g, '')
		.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
		.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
		.replace(/ *\n */g, '\n')
		.replace(/\n{3,}/g, '\n\n')
		.trim();
}
