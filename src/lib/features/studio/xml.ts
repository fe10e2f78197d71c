/** What XML has no way to write, and what would turn the letters that follow around. */
const unwritable =
	/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|[\u202A-\u202E\u2066-\u2069]/gu;

const marks: Partial<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
};

/** Any text as text: in an element or between quotes, it can be nothing else. */
export function escapeXml(text: string): string {
	return text
		.toWellFormed()
		.replace(unwritable, '')
		.replace(/[&<>"']/g, (mark) => marks[mark] ?? '');
}
